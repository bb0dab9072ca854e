package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A comparison of pre-trained with random weights of one architecture on other data sets.
 *
 * @param name short name, used in file names
 * @param pretrained a run of jft-train, or one of its checkpoints; architecture, scaling of pixels,
 *     engine and loader are its own
 * @param seeds one comparison each: a seed draws the random weights, the training images of a
 *     target, the shots, a new head, order and augmentation, alike for both starts but the weights
 * @param methods what is compared; all by default
 * @param heldOut share of the training images on which both starts choose their L2 and learning
 *     rate
 * @param batch images of one forward pass
 * @param targets the data sets
 * @param fewShot the ridge regression
 * @param linear the logistic regression
 * @param knn the nearest neighbours
 * @param fineTune training of all layers
 * @param confidence level of the intervals
 * @param bootstrap resamples behind an interval
 */
public record TransferConfig(
        String name,
        String pretrained,
        List<Long> seeds,
        List<Method> methods,
        Double heldOut,
        int batch,
        List<TransferTarget> targets,
        FewShotConfig fewShot,
        LinearProbeConfig linear,
        NeighbourConfig knn,
        FineTuneConfig fineTune,
        Double confidence,
        int bootstrap) {
    /** Ways to use a network on another data set. */
    public enum Method {
        /** Ridge regression on the features of a few images a class. */
        FEW_SHOT,
        /** Logistic regression on the features. */
        LINEAR,
        /** Votes of the images with the nearest features. */
        KNN,
        /** Training of the whole network with a new head. */
        FINE_TUNE
    }

    public TransferConfig {
        name = name == null ? "transfer" : name;
        check(
                pretrained != null && !pretrained.isBlank(),
                "pretrained is required: the folder of a run of jft-train, or a checkpoint");
        seeds = seeds == null ? List.of(0L, 1L, 2L, 3L, 4L) : List.copyOf(seeds);
        methods = methods == null ? List.of(Method.values()) : List.copyOf(methods);
        heldOut = heldOut == null ? 0.2 : heldOut;
        batch = batch == 0 ? 64 : batch;
        targets = targets == null ? List.of() : List.copyOf(targets);
        fewShot = fewShot == null ? FewShotConfig.defaults() : fewShot;
        linear = linear == null ? LinearProbeConfig.defaults() : linear;
        knn = knn == null ? NeighbourConfig.defaults() : knn;
        fineTune = fineTune == null ? FineTuneConfig.defaults() : fineTune;
        confidence = confidence == null ? 0.95 : confidence;
        bootstrap = bootstrap == 0 ? 10_000 : bootstrap;
        check(
                Set.copyOf(seeds).size() == seeds.size() && seeds.size() > 1,
                "seeds needs two or more different ones, better five, for an interval: %s",
                seeds);
        check(!methods.isEmpty(), "methods needs at least one of few_shot, linear, knn, fine_tune");
        check(heldOut > 0 && heldOut < 1, "held_out must be in (0, 1): %s", heldOut);
        check(batch > 0, "batch must be positive: %s", batch);
        check(!targets.isEmpty(), "targets needs at least one data set");
        Set<String> names = targets.stream().map(TransferTarget::name).collect(Collectors.toSet());
        check(names.size() == targets.size(), "targets need names of their own");
        check(confidence > 0 && confidence < 1, "confidence must be in (0, 1): %s", confidence);
        check(bootstrap > 0, "bootstrap must be positive: %s", bootstrap);
    }
}
