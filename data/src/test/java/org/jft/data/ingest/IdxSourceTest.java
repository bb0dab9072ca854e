package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.shard.DataSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxSourceTest {
    private static final int WIDTH = 5;
    private static final int HEIGHT = 3;

    @TempDir private Path folder;
    private final byte[] trainPixels = pixels(1, 20);

    private static byte[] pixels(long seed, int count) {
        byte[] pixels = new byte[count * WIDTH * HEIGHT];
        new Random(seed).nextBytes(pixels);
        return pixels;
    }

    private static byte[] idx(byte[] values, int... header) {
        ByteBuffer file = ByteBuffer.allocate(header.length * Integer.BYTES + values.length);
        Arrays.stream(header).forEach(file::putInt);
        return file.put(values).array();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] labels(int count) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % 3);
        }
        return labels;
    }

    @BeforeEach
    void writeFiles() throws IOException {
        write("train-images-idx3-ubyte.gz", gzip(idx(trainPixels, 0x803, 20, HEIGHT, WIDTH)));
        write("train-labels-idx1-ubyte.gz", gzip(idx(labels(20), 0x801, 20)));
        write("t10k-images-idx3-ubyte", idx(pixels(2, 4), 0x803, 4, HEIGHT, WIDTH));
        write("t10k-labels-idx1-ubyte", idx(labels(4), 0x801, 4));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
    }

    private IdxSource source(String... names) {
        return new IdxSource(folder, List.of(names));
    }

    private void list(String... names) {
        IdxSource source = source(names);
        for (int part = 0; part < source.parts(); part++) {
            source.list(part, entry -> {});
        }
    }

    @Test
    void shouldKeepEveryPixelAndEveryLabel() throws IOException {
        ImportReport report =
                new Importer()
                        .run(
                                source("zebra", "cat", "dog"),
                                ImportOptions.DEFAULT,
                                folder.resolve("out"),
                                line -> {});
        assertThat(report.splits().stream().map(ImportReport.Split::rows)).containsExactly(20L, 4L);
        try (DataSet train = DataSet.open(folder.resolve("out/train"))) {
            assertThat(train.taxonomy().name(0)).isEqualTo("zebra");
            for (int row = 0; row < 20; row++) {
                assertThat(train.labels(row).ids()).containsExactly(row % 3);
                ByteBuffer image = train.readImage(row, null);
                byte[] bytes = new byte[image.remaining()];
                image.get(bytes);
                for (int i = 0; i < WIDTH * HEIGHT; i++) {
                    int gray =
                            TestImages.decode(bytes).getRaster().getSample(i % WIDTH, i / WIDTH, 0);
                    assertThat(gray)
                            .as("row=%d, pixel=%d", row, i)
                            .isEqualTo(trainPixels[row * WIDTH * HEIGHT + i] & 0xff);
                }
            }
        }
    }

    @Test
    void shouldNameTheFileThatIsTruncated() throws IOException {
        String name = "train-images-idx3-ubyte.gz";
        write(name, gzip(Arrays.copyOf(idx(trainPixels, 0x803, 20, HEIGHT, WIDTH), 100)));
        assertThatThrownBy(this::list)
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(folder.resolve(name) + ": truncated: 84 of 300 bytes of content");
        byte[] whole = gzip(idx(trainPixels, 0x803, 20, HEIGHT, WIDTH));
        write(name, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(this::list)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageStartingWith(folder.resolve(name) + ": truncated or not gzip: ");
        write(name, gzip(new byte[] {0, 0, 8}));
        assertThatThrownBy(this::list).hasMessageEndingWith("truncated within its header");
    }

    @Test
    void shouldRefuseFilesThatDoNotBelongTogether() throws IOException {
        write("t10k-labels-idx1-ubyte", idx(labels(5), 0x801, 5));
        assertThatThrownBy(this::list).hasMessageEndingWith("has 5 labels for 4 images");
        write("t10k-labels-idx1-ubyte", idx(labels(4), 0x803, 4));
        assertThatThrownBy(this::list)
                .hasMessageEndingWith(
                        "starts with 0x00000803, an IDX file of this kind with 0x00000801");
        write("t10k-labels-idx1-ubyte", idx(labels(4), 0x801, 4));
        assertThatThrownBy(() -> list("only", "two"))
                .hasMessageEndingWith("row 2: the label 2 has no name, there are 2");
        Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
        assertThatThrownBy(this::list)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has neither t10k-images-idx3-ubyte.gz nor");
    }
}
