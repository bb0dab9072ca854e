package org.jft.data.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts records of a few longs each, more than fit into memory: sorted runs go to a scratch file
 * and are merged. The heap decides how long a run is (a sixteenth of it), not what comes out.
 */
final class RecordSort implements Closeable {
    private static final int SHARE_OF_HEAP = 16;

    /** What a record costs beside its longs: object header, array length, two references. */
    private static final int OVERHEAD_BYTES = 32;

    private static final int MAX_BUFFER_BYTES = 1 << 16;

    private static final Comparator<long[]> ORDER = Arrays::compare;

    /** Takes records in order. */
    interface Sink {
        void take(long[] record) throws IOException;
    }

    private final FileChannel scratch;
    private final int width;
    private final int runRecords;
    private final List<long[]> run = new ArrayList<>();
    private final List<Long> runEnds = new ArrayList<>(); // bytes
    private ByteBuffer spilled;

    /** The same with runs as long as the heap allows. */
    RecordSort(Path scratch, int width) throws IOException {
        this(
                scratch,
                width,
                (int)
                        Math.min(
                                1 << 24,
                                Runtime.getRuntime().maxMemory()
                                        / SHARE_OF_HEAP
                                        / (OVERHEAD_BYTES + width * Long.BYTES)));
    }

    RecordSort(Path scratch, int width, int runRecords) throws IOException {
        this.width = width;
        this.runRecords = runRecords;
        this.scratch =
                FileChannel.open(
                        scratch,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
    }

    void add(long... record) throws IOException {
        run.add(record);
        if (run.size() == runRecords) {
            spill();
        }
    }

    private void spill() throws IOException {
        run.sort(ORDER);
        if (spilled == null) {
            spilled = ByteBuffer.allocate(MAX_BUFFER_BYTES / recordBytes() * recordBytes());
        }
        for (long[] record : run) {
            for (long value : record) {
                spilled.putLong(value);
            }
            if (!spilled.hasRemaining()) {
                writeSpilled();
            }
        }
        writeSpilled();
        run.clear();
        runEnds.add(scratch.position());
    }

    private void writeSpilled() throws IOException {
        spilled.flip();
        while (spilled.hasRemaining()) {
            scratch.write(spilled);
        }
        spilled.clear();
    }

    private int recordBytes() {
        return width * Long.BYTES;
    }

    /** Hands over everything that was added, ascending. Call once. */
    void sorted(Sink sink) throws IOException {
        if (runEnds.isEmpty()) {
            run.sort(ORDER);
            for (long[] record : run) {
                sink.take(record);
            }
            return;
        }
        spill();
        PriorityQueue<Run> runs = new PriorityQueue<>((a, b) -> ORDER.compare(a.head, b.head));
        long start = 0;
        for (long end : runEnds) {
            Run next = new Run(start, end);
            if (next.advance()) {
                runs.add(next);
            }
            start = end;
        }
        while (!runs.isEmpty()) {
            Run least = runs.remove();
            sink.take(least.head);
            if (least.advance()) {
                runs.add(least);
            }
        }
    }

    /** One sorted run in the scratch file. */
    private final class Run {
        private final ByteBuffer buffer;
        private final long end;
        private long position;
        private long[] head;

        Run(long start, long end) {
            long budget =
                    Math.max(1, (long) runRecords * recordBytes() / runEnds.size() / recordBytes());
            int records = (int) Math.min(budget, MAX_BUFFER_BYTES / recordBytes());
            this.buffer = ByteBuffer.allocate(records * recordBytes()).flip();
            this.position = start;
            this.end = end;
        }

        /** Moves to the next record; returns false when there is none. */
        boolean advance() throws IOException {
            if (!buffer.hasRemaining() && !fill()) {
                return false;
            }
            head = new long[width];
            for (int i = 0; i < width; i++) {
                head[i] = buffer.getLong();
            }
            return true;
        }

        private boolean fill() throws IOException {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
            while (buffer.hasRemaining()) {
                if (scratch.read(buffer, position + buffer.position()) < 0) {
                    throw new IOException("the scratch file of a sort has become shorter");
                }
            }
            position += buffer.limit();
            buffer.flip();
            return buffer.hasRemaining();
        }
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }
}
