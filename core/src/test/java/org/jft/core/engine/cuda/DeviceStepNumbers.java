package org.jft.core.engine.cuda;

/** The structure StepNumbers, at the offsets that kernels/README.md promises. */
final class DeviceStepNumbers {
    private static final int BYTES = 80;
    private static final int STEP = 0;
    private static final int LEARNING_RATE = 8;
    private static final int GRADIENT_SCALE = 16;
    private static final int LARGEST_NORM = 24;
    private static final int AVERAGE_RATE = 32;
    private static final int MEAN_CORRECTION = 36;
    private static final int SQUARE_CORRECTION = 40;
    private static final int LOSS_SCALE = 44;
    private static final int UNSCALE = 48;
    private static final int STEPS_AT_SCALE = 52;
    private static final int NORM = 56;
    private static final int CLIP = 64;
    private static final int FINITE = 72;
    private static final int BROKEN = 76;

    private final DeviceArray array = DeviceArray.bytes(new byte[BYTES]);

    DeviceStepNumbers() {
        finite(true).gradientScale(1).lossScale(1).clip(1);
    }

    DeviceArray array() {
        return array;
    }

    DeviceStepNumbers step(long step) {
        array.buffer().putLong(STEP, step);
        return this;
    }

    DeviceStepNumbers learningRate(double rate) {
        array.buffer().putDouble(LEARNING_RATE, rate);
        return this;
    }

    DeviceStepNumbers gradientScale(double scale) {
        array.buffer().putDouble(GRADIENT_SCALE, scale);
        return this;
    }

    DeviceStepNumbers largestNorm(double norm) {
        array.buffer().putDouble(LARGEST_NORM, norm);
        return this;
    }

    DeviceStepNumbers averageRate(float rate) {
        array.buffer().putFloat(AVERAGE_RATE, rate);
        return this;
    }

    DeviceStepNumbers corrections(float mean, float square) {
        array.buffer().putFloat(MEAN_CORRECTION, mean).putFloat(SQUARE_CORRECTION, square);
        return this;
    }

    DeviceStepNumbers lossScale(float scale) {
        array.buffer().putFloat(LOSS_SCALE, scale).putFloat(UNSCALE, 1 / scale);
        return this;
    }

    DeviceStepNumbers clip(double clip) {
        array.buffer().putDouble(CLIP, clip);
        return this;
    }

    DeviceStepNumbers finite(boolean finite) {
        array.buffer().putInt(FINITE, finite ? 1 : 0);
        return this;
    }

    DeviceStepNumbers stepsAtScale(int steps) {
        array.buffer().putInt(STEPS_AT_SCALE, steps);
        return this;
    }

    float lossScale() {
        return array.buffer().getFloat(LOSS_SCALE);
    }

    float unscale() {
        return array.buffer().getFloat(UNSCALE);
    }

    int stepsAtScale() {
        return array.buffer().getInt(STEPS_AT_SCALE);
    }

    double norm() {
        return array.buffer().getDouble(NORM);
    }

    double clip() {
        return array.buffer().getDouble(CLIP);
    }

    boolean broken() {
        return array.buffer().getInt(BROKEN) != 0;
    }

    boolean finite() {
        return array.buffer().getInt(FINITE) != 0;
    }
}
