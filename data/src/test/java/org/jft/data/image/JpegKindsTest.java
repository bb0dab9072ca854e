package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.image.TestImages.direct;
import static org.jft.data.image.TestImages.photo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.core.config.ImageConfig;
import org.jft.data.header.ImageHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kinds of JPEG there are, by both decoders; and what is said of those that cannot be read. */
class JpegKindsTest {
    /** The package libjxl-testdata of Debian: one photograph in every sampling and coding. */
    private static final Path GOLDEN = Path.of("/usr/share/libjxl-testdata/jxl/flower");

    /** 16 x 16, red 16 x, green 16 y, blue 100, by cjpeg -arithmetic of libjpeg-turbo 2.1.5. */
    private static final String ARITHMETIC =
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsK"
                    + "CwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQU"
                    + "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/yQARCAAQABADASIA"
                    + "AhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/ANzIESa31zFxyeON4prsi41hdRWlJaCk"
                    + "pW0kEqGxPE2R5aKd/jN+KRsYgP/Z";

    /** Of 0..255, mean over a box: the JDK's library is older and interpolates chroma less. */
    private static final double DECODERS_DIFFER = 1;

    private static final ImageConfig CONFIG =
            new ImageConfig(64, null, 0, null, true, null, null, null, null);

    @ParameterizedTest
    @EnumSource
    void shouldDecodeTheGoldenPhotographInEverySamplingAndCoding(JpegDecoder decoder)
            throws IOException {
        assumeTrue(decoder.available());
        assumeTrue(Files.isDirectory(GOLDEN));
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<Path> jpegs = files.filter(file -> file.toString().endsWith(".jpg")).toList();
            assertThat(jpegs).hasSizeGreaterThanOrEqualTo(17);
            for (Path jpeg : jpegs) {
                assertNearJdk(Files.readAllBytes(jpeg), decoder, jpeg.getFileName());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldDecodeProgressiveAndGreyAndOddSizes(JpegDecoder decoder) throws IOException {
        assumeTrue(decoder.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            int width = 65 + random.nextInt(200);
            int height = 65 + random.nextInt(200);
            BufferedImage image = photo(width, height, random.nextLong());
            if (i % 2 == 0) {
                BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
                grey.getGraphics().drawImage(image, 0, 0, null);
                image = grey;
            }
            assertNearJdk(written(image, i % 4 < 2), decoder, "seed=" + seed + ", " + i);
        }
    }

    /** The JDK cannot read CMYK, but write it: C, M, Y and K inverted, as Adobe's programs do. */
    @ParameterizedTest
    @EnumSource
    void shouldReadCmykAsAdobeWritesIt(JpegDecoder decoder) throws IOException {
        assumeTrue(decoder.available());
        int[] inverted = {200, 40, 120, 230};
        WritableRaster raster =
                Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 80, 70, 4, null);
        for (int i = 0; i < 80 * 70; i++) {
            raster.setPixel(i % 80, i / 80, inverted);
        }
        byte[] plain = written(raster);
        byte[] adobe =
                join(
                        Arrays.copyOf(plain, 2),
                        new byte[] {(byte) 0xff, (byte) 0xee, 0, 14},
                        "Adobe".getBytes(StandardCharsets.US_ASCII),
                        new byte[] {0, 100, 0, 0, 0, 0, 0},
                        Arrays.copyOfRange(plain, 2, plain.length));
        for (byte[] file : List.of(plain, adobe)) {
            ByteBuffer square = decode(file, decoder);
            for (int i = 0; i < 3 * 64 * 64; i++) {
                double expected = inverted[i % 3] * inverted[3] / 255.0;
                assertThat((double) (square.get(i) & 0xff)).isBetween(expected - 3, expected + 3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadArithmeticCoding(JpegDecoder decoder) {
        assumeTrue(decoder.available());
        ByteBuffer square = decode(Base64.getDecoder().decode(ARITHMETIC), decoder);
        for (int i = 0; i < 64 * 64; i++) {
            double[] expected = {(i % 64 + 0.5) / 64 * 256, (i / 64 + 0.5) / 64 * 256, 100};
            for (int c = 0; c < 3; c++) {
                assertThat((double) (square.get(3 * i + c) & 0xff))
                        .isBetween(expected[c] - 30, expected[c] + 30);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseTwelveBitsAndBombsOfScans(JpegDecoder decoder) throws IOException {
        assumeTrue(decoder.available());
        byte[] twelve = TestImages.jpeg(photo(80, 80, 1));
        twelve[indexOf(twelve, 0xc0) + 4] = 12;
        assertThat(outcome(twelve, decoder).problem())
                .isEqualTo("JPEG: 12 bits a channel, only 8 are read");

        byte[] progressive = written(photo(80, 80, 2), true);
        int scan = indexOf(progressive, 0xda);
        byte[] scans = new byte[101 * 10];
        for (int i = 0; i < 101; i++) {
            System.arraycopy(progressive, scan, scans, 10 * i, 10);
        }
        byte[] bomb =
                join(
                        Arrays.copyOf(progressive, scan),
                        scans,
                        Arrays.copyOfRange(progressive, scan, progressive.length));
        assertThat(outcome(bomb, decoder).problem()).isEqualTo("JPEG: more than 100 scans");
        assertThat(outcome(progressive, decoder).good()).isTrue();
    }

    /** OpenCV is the judge of what our decoder stumbles over. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENCV")
    void shouldSayTheSameOfBrokenFilesWhicheverDecoderIsInUse(JpegDecoder decoder)
            throws IOException {
        assumeTrue(decoder.available());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[][] files = {
            TestImages.jpeg(photo(150, 130, 1)),
            written(photo(150, 130, 2), true),
            Base64.getDecoder().decode(ARITHMETIC)
        };
        int bad = 0;
        for (int i = 0; i < 600; i++) {
            byte[] file = broken(files[i % files.length], random);
            String problem = outcome(file, JpegDecoder.OPENCV).problem();
            assertThat(outcome(file, decoder).problem())
                    .as("seed=%d, file %d", seed, i)
                    .isEqualTo(problem);
            bad += problem == null ? 0 : 1;
        }
        assertThat(bad).as("seed=%d", seed).isBetween(50, 550);
    }

    private static byte[] broken(byte[] file, Random random) {
        byte[] broken = file.clone();
        int at = random.nextInt(file.length - 2);
        switch (random.nextInt(4)) {
            case 0 -> broken[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> broken[random.nextInt(Math.min(600, file.length))] = (byte) random.nextInt();
            case 2 -> broken = Arrays.copyOf(file, at + 2);
            default -> {
                broken[at] = (byte) 0xff;
                broken[at + 1] = (byte) (0xc0 + random.nextInt(64));
            }
        }
        return broken;
    }

    /** Compares boxes that are not resized, so that only decoding counts. */
    private static void assertNearJdk(byte[] file, JpegDecoder decoder, Object description)
            throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
        Random random = new Random(image.getWidth());
        for (int i = 0; i < 5; i++) {
            int left = random.nextInt(image.getWidth() - 63);
            int top = random.nextInt(image.getHeight() - 63);
            Framing box = new Framing(left, top, 64, 64, 64, 0, 0, i % 2 == 1);
            double[][][] pixels = TriangleFilter.pixels(image.getSubimage(left, top, 64, 64));
            Framing same = new Framing(0, 0, 64, 64, 64, 0, 0, box.mirrored());
            double[][][] expected = TriangleFilter.frame(pixels, same, 64);
            assertThat(TriangleFilter.difference(expected, unresized(file, box, decoder)))
                    .as("%s, %s", description, box)
                    .isLessThan(DECODERS_DIFFER);
        }
    }

    private static ByteBuffer unresized(byte[] file, Framing box, JpegDecoder decoder) {
        ByteBuffer encoded = direct(file);
        ImageHeader header = ImageHeader.read(encoded);
        ByteBuffer out = ByteBuffer.allocateDirect(3 * 64 * 64);
        if (decoder == JpegDecoder.LIBJPEG_TURBO) {
            try (JpegCropper cropper = new JpegCropper()) {
                assertThat(cropper.crop(encoded, header, box, 64, out, 0)).isTrue();
            }
            return out;
        }
        try (Decoder opencv = new Decoder()) {
            Mat image = opencv.decode(encoded, header);
            for (int i = 0; i < 64 * 64; i++) {
                int column = box.left() + (box.mirrored() ? 63 - i % 64 : i % 64);
                byte[] pixel = new byte[3];
                image.ptr(box.top() + i / 64, column).get(pixel);
                out.put(3 * i, pixel);
            }
        }
        return out;
    }

    private static ByteBuffer decode(byte[] file, JpegDecoder decoder) {
        ByteBuffer out = ByteBuffer.allocateDirect(3 * 64 * 64);
        try (ImageTransform transform = ImageTransform.evaluation(CONFIG, 1, decoder)) {
            SampleRandom unused = SampleRandom.of(0, 0, 0);
            assertThat(transform.apply(direct(file), unused, out, 0).problem()).isNull();
        }
        return out;
    }

    private static Outcome outcome(byte[] file, JpegDecoder decoder) {
        ByteBuffer out = ByteBuffer.allocateDirect(3 * 64 * 64);
        try (ImageTransform transform = ImageTransform.training(CONFIG, decoder)) {
            return transform.apply(direct(file), SampleRandom.of(0, 0, 0), out, 0);
        }
    }

    private static byte[] written(BufferedImage image, boolean progressive) throws IOException {
        return written(new IIOImage(image, null, null), progressive);
    }

    private static byte[] written(WritableRaster raster) throws IOException {
        return written(new IIOImage(raster, null, null), false);
    }

    private static byte[] written(IIOImage image, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, image, param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Returns where a marker's 0xff stands. */
    private static int indexOf(byte[] file, int marker) {
        for (int at = 0; at + 1 < file.length; at++) {
            if (file[at] == (byte) 0xff && file[at + 1] == (byte) marker) {
                return at;
            }
        }
        throw new IllegalArgumentException("no marker %x".formatted(marker));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
