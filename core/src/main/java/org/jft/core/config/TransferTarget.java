package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * A data set that a network is put to.
 *
 * @param name in tables and file names
 * @param train place of the images that probes and heads learn from
 * @param test place of the images that are scored, with the same classes
 * @param objective softmax: one label an image, scored by top-1 accuracy; sigmoid: several, filled
 *     upward, scored by mAP@100
 * @param trainImages how many of {@code train} take part, drawn anew by each seed
 * @param testImages how many of {@code test} are scored, the same for all seeds
 * @param size side of the square network input, pixels; 0: that of the pre-training
 * @param flip whether fine-tuning mirrors images
 */
public record TransferTarget(
        String name,
        String train,
        String test,
        TrainConfig.Objective objective,
        Subset trainImages,
        Subset testImages,
        int size,
        Boolean flip) {
    public TransferTarget {
        check(
                name != null && name.matches("[A-Za-z0-9._-]+"),
                "targets: each needs a name of letters, digits, dots, dashes, underscores: %s",
                name);
        check(train != null && !train.isBlank(), "target %s: train is required", name);
        check(test != null && !test.isBlank(), "target %s: test is required", name);
        check(objective != null, "target %s: objective is required: softmax or sigmoid", name);
        check(size >= 0, "target %s: size must not be negative: %s", name, size);
        trainImages = trainImages == null ? Subset.ALL : trainImages;
        testImages = testImages == null ? Subset.ALL : testImages;
        flip = flip == null || flip;
    }

    /** Returns the score that decides, by its name in scores. */
    public String metric() {
        return objective == TrainConfig.Objective.SOFTMAX ? "top1" : "map_at_100";
    }
}
