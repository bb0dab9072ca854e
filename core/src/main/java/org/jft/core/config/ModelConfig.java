package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The network.
 *
 * @param architecture resnet18, resnet50, resnet101, resnet152 (ImageNet-style stem) or resnet8s,
 *     resnet14s, resnet20s (3x3 stem, for 28-64 pixel images)
 * @param classes size of the head; 0 means the data set's class count
 * @param width channels of the first stage; 0 means the architecture's own (64, or 16 when small)
 * @param headBias initial bias of the head: about log(p / (1 - p)) of the mean positive rate p, so
 *     that a sigmoid head starts calibrated; null means 0
 * @param zeroInitLastScale start each residual branch at zero (Goyal et al. 2017, section 5.1)
 * @param initFrom a checkpoint to start from, or the folder of a complete run: all layers, and the
 *     head if its classes are the same; null starts at random
 */
public record ModelConfig(
        String architecture,
        int classes,
        int width,
        Double headBias,
        boolean zeroInitLastScale,
        String initFrom) {
    /** A network that starts at random. */
    public ModelConfig(
            String architecture,
            int classes,
            int width,
            Double headBias,
            boolean zeroInitLastScale) {
        this(architecture, classes, width, headBias, zeroInitLastScale, null);
    }

    public ModelConfig {
        check(
                architecture != null && !architecture.isBlank(),
                "model.architecture is required: for example resnet50");
        headBias = headBias == null ? 0.0 : headBias;
        check(classes >= 0, "model.classes must not be negative: %s", classes);
        check(width >= 0, "model.width must not be negative: %s", width);
    }
}
