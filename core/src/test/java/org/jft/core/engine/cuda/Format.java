package org.jft.core.engine.cuda;

import java.util.Arrays;

/**
 * The element types that kernels are compiled for, with their arithmetic by definition: a value is
 * rounded by looking for its neighbours in the list of all values.
 */
enum Format {
    FP32(Float.BYTES, 23, -126),
    BF16(Short.BYTES, 7, -126),
    FP16(Short.BYTES, 10, -14);

    private static final int SHORT_SIGN = 0x8000;
    private static final int SHORT_NAN = 0x7fff;

    private final int bytes;
    private final int fraction; // bits
    private final int leastExponent; // of normal numbers
    private double[] ladder; // values of the patterns from 0 to infinity

    Format(int bytes, int fraction, int leastExponent) {
        this.bytes = bytes;
        this.fraction = fraction;
        this.leastExponent = leastExponent;
    }

    int bytes() {
        return bytes;
    }

    /** Returns the pattern of the nearest value, of the even one of two; NaN as a GPU writes it. */
    int encode(float value) {
        if (this == FP32) {
            return Float.floatToRawIntBits(value);
        }
        if (Float.isNaN(value)) {
            return SHORT_NAN;
        }
        boolean negative = Float.floatToRawIntBits(value) < 0;
        int pattern = nearest(Math.abs((double) value));
        return negative ? pattern | SHORT_SIGN : pattern;
    }

    private int nearest(double value) {
        double[] all = ladder();
        int infinite = all.length - 1;
        if (Double.isInfinite(value)) {
            return infinite;
        }
        int found = Arrays.binarySearch(all, value);
        if (found >= 0) {
            return found;
        }
        int above = -found - 1;
        int below = above - 1;
        // Beyond the largest value one rounds as if the next power of two were there.
        double ceiling = above == infinite ? 2 * all[below] - all[below - 1] : all[above];
        double toBelow = value - all[below];
        double toAbove = ceiling - value;
        boolean down = toBelow < toAbove || (toBelow == toAbove && below % 2 == 0);
        return down ? below : above;
    }

    private synchronized double[] ladder() {
        if (ladder == null) {
            int exponents = this == BF16 ? 0xff : 0x1f;
            ladder = new double[(exponents << fraction) + 1];
            Arrays.setAll(ladder, this::magnitude);
        }
        return ladder;
    }

    private double magnitude(int pattern) {
        int exponent = pattern >> fraction;
        int rest = pattern & ((1 << fraction) - 1);
        if (exponent == (this == BF16 ? 0xff : 0x1f)) {
            return rest == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        int significand = exponent == 0 ? rest : rest | 1 << fraction;
        return Math.scalb(
                (double) significand, leastExponent + Math.max(exponent, 1) - 1 - fraction);
    }

    /** Returns the value of a pattern. */
    float decode(int pattern) {
        if (this == FP32) {
            return Float.intBitsToFloat(pattern);
        }
        float value = (float) magnitude(pattern & (SHORT_SIGN - 1));
        return (pattern & SHORT_SIGN) == 0 ? value : -value;
    }

    /** Returns the nearest value. */
    float round(float value) {
        return decode(encode(value));
    }

    /** Returns by how much a number of this size is off once rounded, at most. */
    double roundingOf(double value) {
        int exponent = Math.max(Math.getExponent(value), leastExponent);
        return Math.scalb(0.5, exponent - fraction);
    }
}
