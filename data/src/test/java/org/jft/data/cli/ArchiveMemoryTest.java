package org.jft.data.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jft.data.shard.DataSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveMemoryTest {
    private static final int IMAGES = 3_000;
    private static final int IMAGE_BYTES = 100 << 10;

    @TempDir private Path folder;

    /** A heap of a third of the archive: images pass through, they are not collected. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldImportAnArchiveThatIsLargerThanTheHeap(boolean gzip) throws Exception {
        Path archive = folder.resolve("a.tar");
        write(archive, gzip);
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx96m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                JftData.class.getName(),
                                "import",
                                "webdataset",
                                archive.toString(),
                                out.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        try (DataSet data = DataSet.open(out)) {
            assertThat(data.rowCount()).isEqualTo(IMAGES);
        }
    }

    /** Samples of noise behind a PNG's header, which is all that an import looks at. */
    private static void write(Path archive, boolean gzip) throws IOException {
        byte[] image = new byte[IMAGE_BYTES];
        new Random(1).nextBytes(image);
        ByteBuffer.wrap(image).putLong(0x89504e470d0a1a0aL).putInt(13).putInt(0x49484452);
        ByteBuffer.wrap(image).putInt(16, 300).putInt(20, 200);
        try (OutputStream file = Files.newOutputStream(archive);
                OutputStream out = gzip ? new FastGzip(file) : file) {
            for (int i = 0; i < IMAGES; i++) {
                ByteBuffer.wrap(image).putInt(1000, i);
                out.write(header(i + ".png", IMAGE_BYTES));
                out.write(image);
                out.write(header(i + ".cls", 1));
                out.write(new byte[] {'7'});
                out.write(new byte[511]);
            }
            out.write(new byte[1024]);
        }
    }

    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(1);
        }
    }

    private static byte[] header(String name, int length) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, "%011o".formatted(length));
        put(header, 148, " ".repeat(8));
        header[156] = '0';
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        System.arraycopy(text.getBytes(US_ASCII), 0, header, at, text.length());
    }
}
