package org.jft.data.image;

import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.core.config.ImageConfig;

/** What is done to a training image once it is a square: nothing, or what the config turns on. */
final class Augmentation implements AutoCloseable {
    private final ImageConfig config;
    private final ColorOperations colors;
    private final RandAugment randAugment;
    private final ColorJitter jitter;

    Augmentation(ImageConfig config) {
        this.config = config;
        this.colors = new ColorOperations(config.size());
        this.randAugment = new RandAugment(config.randAugment(), config.size(), colors);
        this.jitter = new ColorJitter(config.colorJitter(), colors);
    }

    /** Changes an image in place: uint8 RGB, [size, size, 3]. */
    void apply(Mat image, SampleRandom random) {
        randAugment.apply(image, random);
        if (config.colorJitter().enabled()) {
            jitter.apply(image, random);
        }
    }

    @Override
    public void close() {
        randAugment.close();
        colors.close();
    }
}
