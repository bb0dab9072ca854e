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
 * @param norm what normalises activations
 * @param weightStandardization whether convolutions standardise their weights (Qiao et al. 2019)
 * @param preactivation norm and rectifier before each convolution of a block, none behind the sum
 *     (He et al. 2016, "Identity mappings": ResNet-v2). With group norm and weight standardization
 *     the ResNet of BiT
 * @param initFrom a checkpoint to start from, or the folder of a run, whose newest intact one
 *     counts: all layers but the head; null starts at random
 * @param freezeUpTo name of a vertex that stays as it starts, with all before it, such as {@code
 *     layer2.2.relu2}; null trains everything
 * @param syncBatchNorm whether a batch norm is over the micro batches that the workers have at the
 *     same time, instead of one; nothing else on a single worker
 */
public record ModelConfig(
        String architecture,
        int classes,
        int width,
        Double headBias,
        boolean zeroInitLastScale,
        Norm norm,
        boolean weightStandardization,
        boolean preactivation,
        String initFrom,
        String freezeUpTo,
        boolean syncBatchNorm) {
    /** What normalises activations. */
    public enum Norm {
        /** Batch normalization: over a micro batch. */
        BATCH,
        /** Group normalization: within each image. */
        GROUP
    }

    public ModelConfig {
        check(
                architecture != null && !architecture.isBlank(),
                "model.architecture is required: for example resnet50");
        norm = norm == null ? Norm.BATCH : norm;
        check(
                !(preactivation && zeroInitLastScale),
                "model.zero_init_last_scale is of a norm at the end of a block, and with"
                        + " model.preactivation there is none");
        check(
                !(syncBatchNorm && norm == Norm.GROUP),
                "model.sync_batch_norm=true is of batch norms, and with model.norm=group there are"
                        + " none");
        headBias = headBias == null ? 0.0 : headBias;
        check(classes >= 0, "model.classes must not be negative: %s", classes);
        check(width >= 0, "model.width must not be negative: %s", width);
        check(
                initFrom == null || !initFrom.isBlank(),
                "model.init_from must name a run or a checkpoint");
        check(
                freezeUpTo == null || !freezeUpTo.isBlank(),
                "model.freeze_up_to must name a vertex of the network");
    }

    /** Returns a network that starts at random and is trained as a whole. */
    public ModelConfig(
            String architecture,
            int classes,
            int width,
            Double headBias,
            boolean zeroInitLastScale) {
        this(
                architecture,
                classes,
                width,
                headBias,
                zeroInitLastScale,
                null,
                false,
                false,
                null,
                null,
                false);
    }
}
