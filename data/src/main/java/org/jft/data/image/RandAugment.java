package org.jft.data.image;

import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.core.config.RandAugmentConfig;

/**
 * RandAugment (Cubuk et al. 2019, arXiv 1909.13719), as {@link RandAugmentConfig} says. Strength is
 * magnitude / 30; what has a direction goes either way.
 */
final class RandAugment implements AutoCloseable {
    // The numbers of the draws, as in Framing: never reuse one. Two for each operation.
    private static final int DRAW_FIRST = 128;

    private static final double SLOPE = 0.3;
    private static final double SHIFT = 150.0 / 331; // of the side
    private static final double DEGREES = 30;
    private static final double FACTOR = 0.9; // more or less than 1
    private static final int BITS = 8;
    private static final int LOST_BITS = 4;
    private static final double MAX = 255;

    /** Their order is part of the draws. */
    enum Operation {
        IDENTITY,
        SHEAR_X,
        SHEAR_Y,
        TRANSLATE_X,
        TRANSLATE_Y,
        ROTATE,
        BRIGHTNESS,
        COLOR,
        CONTRAST,
        SHARPNESS,
        POSTERIZE,
        SOLARIZE,
        AUTO_CONTRAST,
        EQUALIZE
    }

    private static final Operation[] OPERATIONS = Operation.values();

    private final RandAugmentConfig config;
    private final int side;
    private final ColorOperations colors;
    private final ToneOperations tones;
    private final ShapeOperations shapes;

    /** Borrows {@code colors}; the caller closes them. */
    RandAugment(RandAugmentConfig config, int side, ColorOperations colors) {
        this.config = config;
        this.side = side;
        this.colors = colors;
        this.tones = new ToneOperations(side);
        this.shapes = new ShapeOperations(side);
    }

    /** Changes an image in place. */
    void apply(Mat image, SampleRandom random) {
        double strength = config.magnitude() / RandAugmentConfig.MAX_MAGNITUDE;
        for (int i = 0; i < config.operations(); i++) {
            int draw = DRAW_FIRST + 2 * i;
            Operation next = OPERATIONS[random.below(draw, OPERATIONS.length)];
            apply(next, image, strength, random.uniform(draw + 1) < 0.5 ? -1 : 1);
        }
    }

    @Override
    public void close() {
        tones.close();
        shapes.close();
    }

    private void apply(Operation operation, Mat image, double strength, int sign) {
        double signed = sign * strength;
        int shift = sign * (int) (SHIFT * side * strength);
        switch (operation) {
            case SHEAR_X -> shapes.shearX(image, SLOPE * signed);
            case SHEAR_Y -> shapes.shearY(image, SLOPE * signed);
            case TRANSLATE_X -> shapes.translate(image, shift, 0);
            case TRANSLATE_Y -> shapes.translate(image, 0, shift);
            case ROTATE -> shapes.rotate(image, DEGREES * signed);
            case BRIGHTNESS -> colors.brightness(image, 1 + FACTOR * signed);
            case COLOR -> colors.saturation(image, 1 + FACTOR * signed);
            case CONTRAST -> colors.contrast(image, 1 + FACTOR * signed);
            case SHARPNESS -> shapes.sharpness(image, 1 + FACTOR * signed);
            case POSTERIZE -> tones.posterize(image, BITS - (int) Math.round(LOST_BITS * strength));
            case SOLARIZE -> tones.solarize(image, MAX * (1 - strength));
            case AUTO_CONTRAST -> tones.autoContrast(image);
            case EQUALIZE -> tones.equalize(image);
            default -> {} // IDENTITY
        }
    }
}
