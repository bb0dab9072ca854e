package org.jft.data.ingest;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jft.data.shard.SampleKey;

/**
 * The keys of images that were written, each with the place in the order of writing: a hash table
 * in a mapped file, 24 bytes a slot, at most two thirds full. It needs no heap, and survives the
 * process: what a killed import put in after its last checkpoint is known by its place and passes
 * for absent.
 *
 * <pre>
 *   slot:  [i64 key.high] [i64 key.low] [i64 place + 1, 0 when free]
 * </pre>
 */
final class KeyTable {
    private static final int SLOT_BYTES = 24;
    private static final int SEGMENT_SLOTS = 1 << 25; // a mapping holds 2 GB at most

    private final MappedByteBuffer[] segments;
    private final long slots;
    private long used;

    private KeyTable(MappedByteBuffer[] segments, long slots) {
        this.segments = segments;
        this.slots = slots;
    }

    /**
     * Opens a table; the file is created in its full size, or used as it is.
     *
     * @param keys at most so many are put in
     * @throws IOException when the disk has no room for it
     */
    static KeyTable open(Path file, long keys) throws IOException {
        long slots = Math.max(16, keys + keys / 2);
        int count = (int) ((slots + SEGMENT_SLOTS - 1) / SEGMENT_SLOTS);
        MappedByteBuffer[] segments = new MappedByteBuffer[count];
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            fill(channel, slots * SLOT_BYTES);
            for (int i = 0; i < count; i++) {
                long first = (long) i * SEGMENT_SLOTS;
                segments[i] =
                        channel.map(
                                FileChannel.MapMode.READ_WRITE,
                                first * SLOT_BYTES,
                                Math.min(SEGMENT_SLOTS, slots - first) * SLOT_BYTES);
            }
        }
        return new KeyTable(segments, slots);
    }

    /**
     * Takes the disk space at once: a full disk is an error here, but kills the process where it
     * shows behind a mapping.
     */
    private static void fill(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = channel.size(); at < bytes; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
            at += channel.write(zeros, at);
        }
    }

    /**
     * Returns the place of an equal key that was put in at an earlier place, or -1 after putting
     * this one in.
     *
     * @param place at least 0, larger than at every call before, in this process or an earlier one
     *     up to its checkpoint
     */
    long putIfAbsent(SampleKey key, long place) {
        long slot = Math.floorMod(key.high() ^ key.low() >>> 1, slots);
        while (true) {
            MappedByteBuffer segment = segments[(int) (slot / SEGMENT_SLOTS)];
            int at = (int) (slot % SEGMENT_SLOTS) * SLOT_BYTES;
            long found = segment.getLong(at + 2 * Long.BYTES) - 1;
            boolean free = found < 0;
            boolean same =
                    !free
                            && segment.getLong(at) == key.high()
                            && segment.getLong(at + Long.BYTES) == key.low();
            if (same && found < place) {
                return found;
            }
            if (free || same) {
                checkState(++used <= slots, "the table is full: slots=%s", slots);
                segment.putLong(at, key.high());
                segment.putLong(at + Long.BYTES, key.low());
                segment.putLong(at + 2 * Long.BYTES, place + 1);
                return -1;
            }
            slot = (slot + 1) % slots;
        }
    }

    /** Brings everything to the disk. */
    void force() {
        for (MappedByteBuffer segment : segments) {
            segment.force();
        }
    }
}
