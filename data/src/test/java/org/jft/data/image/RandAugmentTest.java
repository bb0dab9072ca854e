package org.jft.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.jft.core.config.RandAugmentConfig;
import org.jft.data.image.RandAugment.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Draw 128 + 2 i is the i-th operation, 129 + 2 i its direction. */
class RandAugmentTest {
    private static final int SIDE = 41;
    private static final Operation[] OPERATIONS = Operation.values();

    private final ColorOperations colors = new ColorOperations(SIDE);
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @AfterEach
    void close() {
        colors.close();
    }

    @Test
    void shouldDoWhatEachOfTheFourteenIsDefinedToDo() {
        Set<String> seen = new HashSet<>();
        for (int row = 0; row < 1500; row++) {
            double magnitude = row % 5 == 0 ? 30 : 30 * random.nextDouble();
            Squares square = Squares.noise(SIDE, random);
            double[] before = square.values();
            SampleRandom draws = SampleRandom.of(seed, 0, row);
            apply(1, magnitude, square, draws);
            Operation operation = operation(draws, 0);
            double signed = (draws.uniform(129) < 0.5 ? -1 : 1) * magnitude / 30;
            seen.add(operation + (signed < 0 ? "-" : "+"));
            String name = "seed=%d, %s, %s".formatted(seed, operation, signed);
            if (operation.name().matches("SHEAR.*|TRANSLATE.*|ROTATE")) {
                assertMoved(name, operation, signed, before, square);
            } else {
                double[] expected = oracle(operation, signed, before);
                double[] actual = square.values();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(actual[i] - expected[i]))
                            .as(name)
                            .isLessThanOrEqualTo(exact(operation) ? 0 : 1);
                }
            }
        }
        assertThat(seen).hasSize(28);
    }

    @Test
    void shouldDrawEveryOperationEquallyOften() {
        int[] counts = new int[OPERATIONS.length];
        for (int row = 0; row < 14_000; row++) {
            counts[operation(SampleRandom.of(seed, 0, row), row % 5).ordinal()]++;
        }
        for (int count : counts) {
            assertThat(count).as("seed=%d", seed).isBetween(848, 1152); // 5 sigma
        }
    }

    @Test
    void shouldApplyTheOperationsOneAfterTheOther() {
        int checked = 0;
        for (int row = 0; row < 600; row++) {
            SampleRandom draws = SampleRandom.of(seed, 0, row);
            if (!exact(operation(draws, 0)) || !exact(operation(draws, 1))) {
                continue;
            }
            Squares square = Squares.noise(SIDE, random);
            double[] expected = oracle(operation(draws, 0), 0.5, square.values());
            expected = oracle(operation(draws, 1), 0.5, expected);
            apply(2, 15, square, draws);
            assertThat(square.values()).as("seed=%d, row=%d", seed, row).isEqualTo(expected);
            checked++;
        }
        assertThat(checked).isGreaterThan(20);
    }

    @Test
    void shouldWorkOnTheSmallestAndOnPlainImages() {
        for (int side : new int[] {1, 2, 3, 8}) {
            try (ColorOperations small = new ColorOperations(side);
                    RandAugment augment =
                            new RandAugment(new RandAugmentConfig(14, 20.0), side, small)) {
                for (int row = 0; row < 200; row++) {
                    augment.apply(
                            Squares.plain(side, 0, 90, 255).mat(), SampleRandom.of(seed, 0, row));
                }
            }
        }
        Squares plain = Squares.plain(SIDE, 0, 90, 255);
        double[] before = plain.values();
        assertThat(oracle(Operation.AUTO_CONTRAST, 1, before)).isEqualTo(before);
        try (ToneOperations tones = new ToneOperations(SIDE)) {
            tones.autoContrast(plain.mat());
            tones.equalize(plain.mat());
        }
        assertThat(plain.values()).isEqualTo(before);
    }

    @Test
    void shouldDoNothingWithoutOperations() {
        Squares square = Squares.noise(SIDE, random);
        double[] before = square.values();
        apply(0, 30, square, SampleRandom.of(seed, 0, 0));
        assertThat(square.values()).isEqualTo(before);
    }

    private void apply(int operations, double magnitude, Squares square, SampleRandom draws) {
        RandAugmentConfig config = new RandAugmentConfig(operations, magnitude);
        try (RandAugment augment = new RandAugment(config, SIDE, colors)) {
            augment.apply(square.mat(), draws);
        }
    }

    private static Operation operation(SampleRandom draws, int i) {
        return OPERATIONS[(int) (14 * draws.uniform(128 + 2 * i))];
    }

    private static boolean exact(Operation operation) {
        return switch (operation) {
            case IDENTITY, POSTERIZE, SOLARIZE, AUTO_CONTRAST, EQUALIZE -> true;
            default -> false;
        };
    }

    private static double[] oracle(Operation operation, double signed, double[] rgb) {
        double strength = Math.abs(signed);
        return switch (operation) {
            case BRIGHTNESS -> ColorOracle.brightness(rgb, 1 + 0.9 * signed);
            case COLOR -> ColorOracle.saturation(rgb, 1 + 0.9 * signed);
            case CONTRAST -> ColorOracle.contrast(rgb, 1 + 0.9 * signed);
            case SHARPNESS -> sharpness(rgb, 1 + 0.9 * signed);
            case POSTERIZE -> posterize(rgb, 8 - (int) Math.round(4 * strength));
            case SOLARIZE -> solarize(rgb, 255 * (1 - strength));
            case AUTO_CONTRAST -> perChannel(rgb, RandAugmentTest::stretched);
            case EQUALIZE -> perChannel(rgb, RandAugmentTest::equalized);
            default -> rgb;
        };
    }

    private interface Channel {
        double[] apply(double[] values);
    }

    private static double[] perChannel(double[] rgb, Channel change) {
        double[] result = new double[rgb.length];
        for (int c = 0; c < 3; c++) {
            double[] channel = new double[rgb.length / 3];
            for (int i = 0; i < channel.length; i++) {
                channel[i] = rgb[3 * i + c];
            }
            double[] changed = change.apply(channel);
            for (int i = 0; i < channel.length; i++) {
                result[3 * i + c] = changed[i];
            }
        }
        return result;
    }

    private static double[] stretched(double[] values) {
        double low = Arrays.stream(values).min().orElseThrow();
        double high = Arrays.stream(values).max().orElseThrow();
        if (low == high) {
            return values;
        }
        return Arrays.stream(values).map(v -> Math.rint(255 * (v - low) / (high - low))).toArray();
    }

    /** PIL: a value maps to (step / 2 + how many are smaller) / step, whole numbers. */
    private static double[] equalized(double[] values) {
        double high = Arrays.stream(values).max().orElseThrow();
        long highest = Arrays.stream(values).filter(v -> v == high).count();
        long step = (values.length - highest) / 255;
        if (step == 0) {
            return values;
        }
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            long smaller = Arrays.stream(values).filter(v -> v < value).count();
            result[i] = Math.min(255, (step / 2 + smaller) / step);
        }
        return result;
    }

    private static double[] posterize(double[] rgb, int bits) {
        double unit = Math.pow(2, 8 - bits);
        return Arrays.stream(rgb).map(v -> unit * Math.floor(v / unit)).toArray();
    }

    private static double[] solarize(double[] rgb, double threshold) {
        return Arrays.stream(rgb).map(v -> v < threshold ? v : 255 - v).toArray();
    }

    private static double[] sharpness(double[] rgb, double factor) {
        double[] result = rgb.clone();
        for (int y = 1; y < SIDE - 1; y++) {
            for (int x = 1; x < SIDE - 1; x++) {
                for (int c = 0; c < 3; c++) {
                    double smooth = 4 * at(rgb, x, y, c);
                    for (int i = 0; i < 9; i++) {
                        smooth += at(rgb, x + i % 3 - 1, y + i / 3 - 1, c);
                    }
                    double value = factor * at(rgb, x, y, c) + (1 - factor) * smooth / 13;
                    result[3 * (y * SIDE + x) + c] = Math.max(0, Math.min(255, value));
                }
            }
        }
        return result;
    }

    private static double at(double[] rgb, int x, int y, int channel) {
        return rgb[3 * (y * SIDE + x) + channel];
    }

    /** Each pixel is the one whose square holds the point it comes from; on an edge, either. */
    private static void assertMoved(
            String name, Operation operation, double signed, double[] before, Squares after) {
        double shift = (int) (Math.abs(signed) * SIDE * 150 / 331) * Math.signum(signed);
        double angle = Math.toRadians(30 * signed);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double u = x + 0.5; // the middle of the pixel, from the corner
                double v = y + 0.5;
                double fromCentreX = u - SIDE / 2.0;
                double fromCentreY = v - SIDE / 2.0;
                double[] from =
                        switch (operation) {
                            case SHEAR_X -> new double[] {u + 0.3 * signed * v, v};
                            case SHEAR_Y -> new double[] {u, v + 0.3 * signed * u};
                            case TRANSLATE_X -> new double[] {u - shift, v};
                            case TRANSLATE_Y -> new double[] {u, v - shift};
                            default ->
                                    new double[] {
                                        SIDE / 2.0
                                                + Math.cos(angle) * fromCentreX
                                                - Math.sin(angle) * fromCentreY,
                                        SIDE / 2.0
                                                + Math.sin(angle) * fromCentreX
                                                + Math.cos(angle) * fromCentreY
                                    };
                        };
                boolean found = false;
                for (int i = 0; i < 4; i++) {
                    int column = (int) Math.floor(from[0] + (i % 2 == 0 ? -0.01 : 0.01));
                    int line = (int) Math.floor(from[1] + (i / 2 == 0 ? -0.01 : 0.01));
                    found |= same(before, column, line, after, x, y);
                }
                assertThat(found).as("%s at %d, %d", name, x, y).isTrue();
            }
        }
    }

    private static boolean same(
            double[] before, int column, int line, Squares after, int x, int y) {
        boolean inside = 0 <= column && column < SIDE && 0 <= line && line < SIDE;
        for (int c = 0; c < 3; c++) {
            if (after.get(x, y, c) != (inside ? at(before, column, line, c) : 0)) {
                return false;
            }
        }
        return true;
    }
}
