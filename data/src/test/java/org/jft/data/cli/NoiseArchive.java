package org.jft.data.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** A tar of 100 KB of noise each, behind a PNG's header, which is all that an import looks at. */
final class NoiseArchive {
    private static final int IMAGE_BYTES = 100 << 10;

    private NoiseArchive() {}

    /** Writes samples, all different. */
    static void write(Path archive, int images, boolean gzip) throws IOException {
        byte[] image = new byte[IMAGE_BYTES];
        new Random(1).nextBytes(image);
        ByteBuffer.wrap(image).putLong(0x89504e470d0a1a0aL).putInt(13).putInt(0x49484452);
        ByteBuffer.wrap(image).putInt(16, 300).putInt(20, 200);
        try (OutputStream file = Files.newOutputStream(archive);
                OutputStream out = gzip ? new FastGzip(file) : file) {
            for (int i = 0; i < images; i++) {
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
