package org.jft.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.parity.OpCase.Hazard;

/**
 * Random numbers for an {@link OpCase}: nothing is zero, one or the same as its neighbour.
 *
 * @param parameters flat
 * @param inputs one per input, row-major
 */
record OpDraw(float[] parameters, List<float[]> inputs) {
    // Inputs are odd multiples of 1/64, exact in bfloat16 and never near a rectifier's zero. In
    // each
    // 3 x 3 window of an image the values come from nine disjoint ranges: a maximum stands alone.
    private static final int RANGES = 9;
    private static final int LEVELS = 28; // in a range
    private static final float STEP = 1 / 32f;
    private static final float SPREAD = RANGES * LEVELS * STEP / (float) Math.sqrt(12); // std
    private static final float PEAK = 4.25f; // above all levels, once in an image

    static OpDraw of(OpCase of, ParameterLayout layout, Precision precision, Random random) {
        boolean far =
                precision != Precision.FP32
                        && of.hazard() != Hazard.NONE
                        && of.hazard() != Hazard.FLAT;
        float[] parameters = new float[layout.length()];
        for (Slice slice : layout.slices()) {
            for (int i = 0; i < slice.length(); i++) {
                parameters[slice.offset() + i] =
                        far && (slice.kind() == Kind.BIAS || slice.kind() == Kind.SHIFT)
                                ? farShift(i, random)
                                : parameter(slice, random);
            }
        }
        List<float[]> inputs = new ArrayList<>();
        for (InputType type : of.network().inputTypes()) {
            inputs.add(
                    type instanceof InputType.InputTypeConvolutional image
                            ? images(image, of.batch(), random)
                            : vectors((int) type.arrayElementsPerExample(), of.batch(), random));
        }
        return new OpDraw(parameters, inputs);
    }

    /** Returns standard normal numbers. */
    static float[] normal(int length, Random random) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Draws a number of a slice: weights that keep the spread of the inputs, no norm neutral. */
    static float parameter(Slice slice, Random random) {
        float uniform = random.nextFloat();
        float sign = random.nextBoolean() ? 1 : -1;
        return switch (slice.kind()) {
            case WEIGHT -> (float) (random.nextGaussian() / (SPREAD * Math.sqrt(fanIn(slice))));
            case BIAS, SHIFT -> sign * (0.25f + uniform);
            case SCALE -> sign * (0.5f + 0.5f * uniform);
            case RUNNING_MEAN -> sign * uniform;
            case RUNNING_VARIANCE -> 0.5f + uniform;
        };
    }

    /** Channel by channel on or off; alike in all layers, so that sums of two do not cancel. */
    private static float farShift(int channel, Random random) {
        float shift = 6 + 2 * random.nextFloat();
        return channel % 2 == 0 ? shift : -shift;
    }

    private static long fanIn(Slice slice) {
        List<Long> shape = slice.shape(); // [out, in, kh, kw] or [in, out]; near enough elsewhere
        return shape.size() == 2 ? shape.get(0) : slice.length() / shape.get(0);
    }

    private static float[] images(InputType.InputTypeConvolutional type, int batch, Random random) {
        int height = (int) type.getHeight();
        int width = (int) type.getWidth();
        int plane = height * width;
        float[] values = new float[batch * (int) type.getChannels() * plane];
        for (int start = 0; start < values.length; start += plane) {
            int[] ranges = random.ints(0, RANGES).distinct().limit(RANGES).toArray();
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int range = ranges[y % 3 * 3 + x % 3];
                    values[start + y * width + x] = level(range * LEVELS + random.nextInt(LEVELS));
                }
            }
            values[start + random.nextInt(plane)] = PEAK;
        }
        return values;
    }

    private static float[] vectors(int features, int batch, Random random) {
        float[] values = new float[batch * features];
        for (int i = 0; i < values.length; i++) {
            values[i] = level(random.nextInt(RANGES * LEVELS));
        }
        return values;
    }

    private static float level(int level) {
        return (level - RANGES * LEVELS / 2 + 0.5f) * STEP;
    }
}
