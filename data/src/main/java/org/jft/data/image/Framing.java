package org.jft.data.image;

import org.jft.core.config.ImageConfig;
import org.jft.data.annotation.PixelMap;
import org.jft.data.header.ImageHeader;

/**
 * What becomes of an image's geometry: the box is resized to a square of side {@code resize}
 * (aspect not kept), out of which the network's square is cut at (cutLeft, cutTop), then mirrored
 * or not. In pixels of the upright image. A pure function of size, configuration and draws; the
 * decoder has no say.
 *
 * @param left first column of the box
 * @param top first row of the box
 */
record Framing(
        int left,
        int top,
        int width,
        int height,
        int resize,
        int cutLeft,
        int cutTop,
        boolean mirrored) {

    // The numbers of the draws. Never reuse one: old runs could not be resumed.
    private static final int DRAW_MIRROR = 0;
    private static final int DRAW_CUT_LEFT = 1;
    private static final int DRAW_CUT_TOP = 2;
    private static final int DRAW_FIRST_BOX = 3;
    private static final int DRAWS_PER_BOX = 4;

    private static final int BOX_ATTEMPTS = 10;
    private static final double MAX_RATIO = 4.0 / 3.0;

    /** The whole image, resized; the centre is cut out. */
    static Framing centred(ImageConfig config, int width, int height) {
        int margin = (config.resize() - config.size()) / 2;
        return new Framing(0, 0, width, height, config.resize(), margin, margin, false);
    }

    /** The whole image, resized, nothing cut. */
    static Framing whole(ImageConfig config, int width, int height) {
        return new Framing(0, 0, width, height, config.resize(), 0, 0, false);
    }

    /**
     * One of the ten views of Krizhevsky et al. 2012: of the resized image the corners (top left,
     * top right, bottom left, bottom right) and the centre, then all five mirrored.
     *
     * @param view 0..9
     */
    static Framing ofTen(ImageConfig config, int width, int height, int view) {
        int margin = config.resize() - config.size();
        int place = view % 5;
        int left = place == 4 ? margin / 2 : place % 2 * margin;
        int top = place == 4 ? margin / 2 : place / 2 * margin;
        return new Framing(0, 0, width, height, config.resize(), left, top, view >= 5);
    }

    /** A random crop, mirrored or not, as {@link ImageConfig#crop} says. */
    static Framing random(ImageConfig config, int width, int height, SampleRandom random) {
        boolean mirrored = config.flip() && random.uniform(DRAW_MIRROR) < 0.5;
        if (config.crop() == ImageConfig.Crop.RESIZE_CROP) {
            int places = config.resize() - config.size() + 1;
            return new Framing(
                    0,
                    0,
                    width,
                    height,
                    config.resize(),
                    random.below(DRAW_CUT_LEFT, places),
                    random.below(DRAW_CUT_TOP, places),
                    mirrored);
        }
        return randomBox(config, width, height, random, mirrored);
    }

    /**
     * The random-resized crop of Szegedy et al. 2015 in the form torchvision made common: area
     * uniform in [minScale, 1], ratio log-uniform in [3/4, 4/3], ten attempts to fit, then the
     * largest centred box of an allowed ratio.
     */
    private static Framing randomBox(
            ImageConfig config, int width, int height, SampleRandom random, boolean mirrored) {
        // StrictMath: equal bits on every machine.
        double logRatio = StrictMath.log(MAX_RATIO);
        for (int attempt = 0; attempt < BOX_ATTEMPTS; attempt++) {
            int draw = DRAW_FIRST_BOX + attempt * DRAWS_PER_BOX;
            double scale = config.minScale() + random.uniform(draw) * (1 - config.minScale());
            double area = scale * width * height;
            double ratio = StrictMath.exp((2 * random.uniform(draw + 1) - 1) * logRatio);
            long boxWidth = Math.round(StrictMath.sqrt(area * ratio));
            long boxHeight = Math.round(StrictMath.sqrt(area / ratio));
            if (0 < boxWidth && boxWidth <= width && 0 < boxHeight && boxHeight <= height) {
                int left = random.below(draw + 2, width - (int) boxWidth + 1);
                int top = random.below(draw + 3, height - (int) boxHeight + 1);
                return box(config, left, top, (int) boxWidth, (int) boxHeight, mirrored);
            }
        }
        int boxWidth = (int) Math.max(1, Math.min(width, Math.round(height * MAX_RATIO)));
        int boxHeight = (int) Math.max(1, Math.min(height, Math.round(width * MAX_RATIO)));
        int left = (width - boxWidth) / 2;
        int top = (height - boxHeight) / 2;
        return box(config, left, top, boxWidth, boxHeight, mirrored);
    }

    /**
     * Returns where the pixels of the stored image go.
     *
     * @param size side of the network's square, pixels
     */
    PixelMap map(ImageHeader header, int size) {
        PixelMap cut =
                PixelMap.upright(header.storedWidth(), header.storedHeight(), header.orientation())
                        .window(left, top, width, height)
                        .resized(resize, resize)
                        .window(cutLeft, cutTop, size, size);
        return mirrored ? cut.mirrored() : cut;
    }

    private static Framing box(
            ImageConfig config, int left, int top, int width, int height, boolean mirrored) {
        return new Framing(left, top, width, height, config.size(), 0, 0, mirrored);
    }
}
