package org.jft.data.pipeline;

import org.jft.core.config.MixConfig;
import org.jft.data.image.SampleRandom;

/**
 * What becomes of two images, drawn: MixUp blends them, CutMix swaps a box of pixels. The two end
 * up as mirror images of each other: what one keeps, the other gives. In pixels.
 *
 * @param cut CutMix, and the box is what is swapped; else MixUp
 * @param share of an image that stays in its own place, in [0, 1]
 */
record Mix(boolean cut, double share, int left, int top, int right, int bottom) {
    // The numbers of the draws. Never reuse one: old runs could not be resumed.
    private static final int DRAW_KIND = 0;
    private static final int DRAW_SHARE = 1; // and the next
    private static final int DRAW_COLUMN = 3;
    private static final int DRAW_ROW = 4;

    /** Draws for two images of a side. */
    static Mix draw(MixConfig config, int side, SampleRandom random) {
        boolean both = config.mixupAlpha() > 0 && config.cutmixAlpha() > 0;
        boolean cut = both ? random.uniform(DRAW_KIND) < 0.5 : config.cutmixAlpha() > 0;
        double alpha = cut ? config.cutmixAlpha() : config.mixupAlpha();
        double share = beta(alpha, random.uniform(DRAW_SHARE), random.uniform(DRAW_SHARE + 1));
        return cut ? box(share, side, random) : new Mix(false, share, 0, 0, 0, 0);
    }

    /**
     * The box of Yun et al. 2019: of the image's shape, 1 - share of its area, its centre anywhere;
     * what reaches over the border is cut off, and the share is what is left.
     */
    private static Mix box(double share, int side, SampleRandom random) {
        int half = (int) (side * StrictMath.sqrt(1 - share)) / 2;
        int column = random.below(DRAW_COLUMN, side);
        int row = random.below(DRAW_ROW, side);
        int left = Math.max(0, column - half);
        int right = Math.min(side, column + half);
        int top = Math.max(0, row - half);
        int bottom = Math.min(side, row + half);
        double swapped = (double) (right - left) * (bottom - top) / side / side;
        return new Mix(true, 1 - swapped, left, top, right, bottom);
    }

    /**
     * Beta(alpha, alpha) from two uniform draws, without rejection: half of 1 + T / sqrt(2 alpha +
     * T^2), where T is Student's with 2 alpha degrees of freedom in Bailey's polar form (Devroye
     * 1986, section IX.3; Bailey 1994). StrictMath: equal bits on every machine.
     */
    static double beta(double alpha, double radius, double angle) {
        double w = StrictMath.pow(1 - radius, 1 / alpha); // in (0, 1], may underflow
        double cosine = StrictMath.cos(2 * Math.PI * angle);
        double spread = (1 - w) * cosine * cosine;
        double sine = spread == 0 ? 0 : StrictMath.sqrt(spread / (w + spread));
        return 0.5 + 0.5 * Math.copySign(sine, cosine);
    }
}
