package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import org.agrona.MutableDirectBuffer;
import org.jft.core.failure.JftException;

/**
 * A bulk stream to a process of the same host. A frame is written into memory that both share; a
 * notice of where it lies goes through Aeron's log, which keeps the order, and holds the sender
 * back until the receiver is through with what lay there before. Not the frame itself: a driver
 * fills a log with zeros ahead of its sender, which would touch every byte once more, from another
 * core.
 *
 * <pre>
 *   0           8           12          16
 *  +-----------+-----------+-----------+
 *  | stream    | offset    | length    |   a notice, in native byte order
 *  | i64       | i32       | i32       |
 *  +-----------+-----------+-----------+
 * </pre>
 */
final class IpcOutbound implements Outbound {
    static final int STREAM_OFFSET = 0;
    static final int OFFSET_OFFSET = 8;
    static final int LENGTH_OFFSET = 12;
    static final int NOTICE_LENGTH = 16;

    /**
     * Bytes of a log that a notice takes: with Aeron's header, aligned, and a term is full of them.
     */
    static final int NOTICE_RECORD_LENGTH = 64;

    private final AeronOutbound notices;
    private final Path directory;
    private final long stream;
    private final FrameMemory memory;
    private final int frameLength;
    private final FrameWriter announcer = this::writeAndAnnounce;
    private boolean announced; // a frame, so that the receiver has opened the memory or will
    private boolean closed;
    private int next; // where the next frame will lie
    private int length;
    private FrameWriter writer;

    /**
     * Makes the memory; owns the notices.
     *
     * @param notices a stream that is never more than the frames of the memory ahead
     * @param directory of the media driver
     * @throws JftException when there is no room
     */
    IpcOutbound(AeronOutbound notices, Path directory, IpcSettings settings) {
        this.notices = notices;
        this.directory = directory;
        this.stream = notices.registrationId();
        this.frameLength = settings.frameLength();
        this.memory = FrameMemory.create(directory, stream, frameLength, settings.frames());
    }

    @Override
    public int peer() {
        return notices.peer();
    }

    @Override
    public int maxFrameLength() {
        return frameLength;
    }

    @Override
    public boolean offer(int length, FrameWriter writer) {
        checkArgument(length <= frameLength, "frame too long: length=%s", length);
        this.length = length;
        this.writer = writer;
        boolean taken = notices.offer(NOTICE_LENGTH, announcer);
        if (taken) {
            announced = true;
            next = (next + frameLength) % memory.bytes().capacity();
        }
        return taken;
    }

    private void writeAndAnnounce(MutableDirectBuffer buffer, int offset) {
        writer.write(memory.bytes(), next);
        buffer.putLong(offset + STREAM_OFFSET, stream);
        buffer.putInt(offset + OFFSET_OFFSET, next);
        buffer.putInt(offset + LENGTH_OFFSET, length);
    }

    @Override
    public boolean connected() {
        return notices.connected();
    }

    /** What was sent stays for a receiver that is there. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean awaited = announced && notices.hasReceiver();
        notices.close();
        memory.unmap();
        if (!awaited) {
            FrameMemory.remove(directory, stream);
        }
    }
}
