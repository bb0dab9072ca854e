package org.jft.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfRecordReaderTest {
    @TempDir private Path folder;

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.tfrecord"), bytes);
    }

    private static List<TfRecordReader.Entry> read(Path path) throws IOException {
        List<TfRecordReader.Entry> entries = new ArrayList<>();
        readInto(path, entries);
        return entries;
    }

    private static void readInto(Path path, List<TfRecordReader.Entry> entries) throws IOException {
        try (ForwardFile file = ForwardFile.open(path)) {
            TfRecordReader reader = new TfRecordReader(file, 1 << 16);
            for (TfRecordReader.Entry e = reader.next(); e != null; e = reader.next()) {
                entries.add(e);
            }
        }
    }

    private static byte[][] random(Random random, int count) {
        byte[][] records = new byte[count][];
        for (int i = 0; i < count; i++) {
            records[i] = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(300)];
            random.nextBytes(records[i]);
        }
        return records;
    }

    private static byte[] file(byte[][] records) {
        return Archives.join(Arrays.stream(records).map(Archives::record).toArray(byte[][]::new));
    }

    @Test
    void shouldKnowThePublishedChecksum() {
        assertThat(Archives.crc32c("123456789".getBytes())).isEqualTo(0xe3069283);
    }

    @Test
    void shouldReadEveryRecordPlainAndCompressed() throws IOException {
        long seed = new Random().nextLong();
        byte[][] records = random(new Random(seed), 50);
        byte[] whole = file(records);
        for (byte[] bytes : List.of(whole, Archives.gzip(whole))) {
            List<TfRecordReader.Entry> read = read(write(bytes));
            assertThat(read).as("seed=%d", seed).hasSize(50);
            for (int i = 0; i < 50; i++) {
                assertThat(read.get(i).problem()).isNull();
                assertThat(read.get(i).data()).as("seed=%d", seed).isEqualTo(records[i]);
                int from = (int) read.get(i).offset();
                assertThat(Arrays.copyOfRange(whole, from, from + records[i].length))
                        .isEqualTo(records[i]);
            }
        }
        assertThat(read(write(new byte[0]))).isEmpty();
    }

    @Test
    void shouldNoticeEveryCut() throws IOException {
        byte[][] records = {new byte[5], new byte[0], new byte[40]};
        byte[] whole = file(records);
        List<Integer> ends = List.of(0, 21, 37, 93);
        assertThat(whole).hasSize(93);
        for (int length = 0; length <= whole.length; length++) {
            int cut = length;
            Path path = write(Arrays.copyOf(whole, length));
            List<TfRecordReader.Entry> entries = new ArrayList<>();
            if (ends.contains(length)) {
                readInto(path, entries);
            } else {
                long start =
                        ends.stream().filter(end -> end < cut).mapToInt(e -> e).max().orElse(0);
                assertThatThrownBy(() -> readInto(path, entries))
                        .isInstanceOf(BrokenArchiveException.class)
                        .hasMessageStartingWith(
                                "cut off within the record at byte %d".formatted(start));
            }
            assertThat(entries).hasSize((int) ends.stream().filter(e -> 0 < e && e <= cut).count());
        }
    }

    @Test
    void shouldNoticeEveryFlippedBit() throws IOException {
        byte[] whole = file(new byte[][] {new byte[7], new byte[9]});
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] bytes = whole.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            int record = bit / 8 < 23 ? 0 : 1;
            int within = bit / 8 - 23 * record;
            String where = "the record at byte %d: ".formatted(23 * record);
            if (within < 12) {
                assertThatThrownBy(() -> read(write(bytes)))
                        .as("bit %d", bit)
                        .hasMessageStartingWith(where + "the checksum of its length")
                        .isInstanceOf(BrokenArchiveException.class);
            } else {
                List<TfRecordReader.Entry> entries = read(write(bytes));
                assertThat(entries.get(record).problem())
                        .as("bit %d", bit)
                        .isEqualTo(where + "its checksum does not match");
                assertThat(entries.get(1 - record).problem()).isNull();
            }
        }
    }

    @Test
    void shouldPassOverRecordsAboveTheLimitAndRefuseAbsurdLengths() throws IOException {
        byte[] whole = file(new byte[][] {new byte[70_000], new byte[3]});
        List<TfRecordReader.Entry> entries = read(write(whole));
        assertThat(entries.get(0).problem())
                .isEqualTo("the record at byte 0 has 70,000 bytes, above the limit of 65,536");
        assertThat(entries.get(1).data()).hasSize(3);
        for (long length : new long[] {1L << 40, -1}) {
            byte[] bytes = Archives.record(new byte[3]);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            // the checksum of that length, from a record that really is a length
            byte[] framed = Archives.record(Arrays.copyOf(bytes, 8));
            System.arraycopy(framed, 20, bytes, 8, 4);
            assertThatThrownBy(() -> read(write(bytes)))
                    .hasMessageStartingWith("cut off within the record at byte 0");
        }
    }
}
