package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.data.image.TestImages.direct;
import static org.jft.data.image.TestImages.jpeg;
import static org.jft.data.image.TestImages.photo;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.core.config.ImageConfig;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bound of the resize, against Pillow itself where a Python here has it. */
class PillowTest {
    private static final double BOUND = 0.6;
    private static final int SIZE = 224;

    /** argv: a file, then left, top, right, bottom of each box. */
    private static final String PROGRAM =
            """
            import sys
            from PIL import Image
            image = Image.open(sys.argv[1]).convert('RGB')
            numbers = [int(a) for a in sys.argv[2:]]
            for i in range(0, len(numbers), 4):
                square = image.crop(numbers[i:i + 4]).resize((224, 224), Image.BILINEAR)
                sys.stdout.buffer.write(square.tobytes())
            """;

    @ParameterizedTest
    @EnumSource
    void shouldBeWithinTheBoundOfPillow(JpegDecoder decoder, @TempDir Path folder)
            throws Exception {
        assumeTrue(decoder.available());
        String python = pythonWithPillow();
        assumeTrue(python != null);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ImageConfig config = new ImageConfig(SIZE, null, 0, null, false, null, null, null, null);
        double sum = 0;
        int crops = 0;
        try (ImageTransform transform = ImageTransform.training(config, decoder)) {
            for (int i = 0; i < 10; i++) {
                int width = 300 + random.nextInt(400);
                int height = 300 + random.nextInt(300);
                byte[] file = jpeg(photo(width, height, random.nextLong()));
                Path path = Files.write(folder.resolve(i + ".jpg"), file);
                List<String> command = new ArrayList<>();
                command.addAll(List.of(python, "-c", PROGRAM, path.toString()));
                for (int crop = 0; crop < 5; crop++) {
                    SampleRandom draws = SampleRandom.of(seed, crop, i);
                    Framing box = Framing.random(config, width, height, draws);
                    command.add("" + box.left());
                    command.add("" + box.top());
                    command.add("" + (box.left() + box.width()));
                    command.add("" + (box.top() + box.height()));
                }
                byte[] pillow = run(command);
                for (int crop = 0; crop < 5; crop++, crops++) {
                    ByteBuffer ours = ByteBuffer.allocateDirect(3 * SIZE * SIZE);
                    transform.apply(direct(file), SampleRandom.of(seed, crop, i), ours, 0);
                    sum += difference(pillow, crop * 3 * SIZE * SIZE, ours);
                }
            }
        }
        assertThat(sum / crops).as("seed=%d", seed).isLessThan(BOUND);
    }

    private static double difference(byte[] pillow, int offset, ByteBuffer ours) {
        double sum = 0;
        for (int i = 0; i < ours.capacity(); i++) {
            sum += Math.abs((pillow[offset + i] & 0xff) - (ours.get(i) & 0xff));
        }
        return sum / ours.capacity();
    }

    private static String pythonWithPillow() throws InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                run(List.of(python, "-c", "import PIL"));
                return python;
            } catch (IOException e) {
                continue;
            }
        }
        return null;
    }

    private static byte[] run(List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException("%s failed".formatted(command));
        }
        return output;
    }
}
