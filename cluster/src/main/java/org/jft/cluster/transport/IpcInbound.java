package org.jft.cluster.transport;

import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/** A bulk stream from a process of the same host, see {@link IpcOutbound}. */
final class IpcInbound implements Inbound {
    private final AeronInbound notices;
    private final Path directory;
    private final Long2ObjectHashMap<FrameMemory> memories = new Long2ObjectHashMap<>();
    private final FrameHandler receiver = this::onNotice;
    private FrameHandler handler;

    /**
     * Owns the notices.
     *
     * @param directory of the media driver, where senders make the memory of frames
     */
    IpcInbound(AeronInbound notices, Path directory) {
        this.notices = notices;
        this.directory = directory;
    }

    @Override
    public int peer() {
        return notices.peer();
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        this.handler = handler;
        return notices.poll(receiver, limit);
    }

    private void onNotice(DirectBuffer buffer, int offset, int length) {
        long stream = buffer.getLong(offset + IpcOutbound.STREAM_OFFSET);
        FrameMemory memory = memories.get(stream);
        if (memory == null) {
            memory = FrameMemory.open(directory, stream);
            memories.put(stream, memory);
        }
        handler.onFrame(
                memory.bytes(),
                buffer.getInt(offset + IpcOutbound.OFFSET_OFFSET),
                buffer.getInt(offset + IpcOutbound.LENGTH_OFFSET));
    }

    @Override
    public boolean connected() {
        return notices.connected();
    }

    @Override
    public void close() {
        for (long stream : notices.registrationIds()) {
            if (!memories.containsKey(stream)) {
                FrameMemory.remove(directory, stream); // its sender leaves that to this receiver
            }
        }
        notices.close();
        memories.values().forEach(FrameMemory::unmap);
        memories.clear();
    }
}
