package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * What is read and how pixels and labels are prepared.
 *
 * @param train folder of the training data set (manifest.json and Parquet shards)
 * @param test folder of the held-out data set; null when the run is not evaluated
 * @param subset which rows of {@code train} take part
 * @param subsetSeed seed of the nested subset draw; equal seeds nest
 * @param mix training images mixed with each other; none by default
 */
public record DataConfig(
        String train,
        String test,
        Subset subset,
        Long subsetSeed,
        ImageConfig image,
        MixConfig mix,
        LabelConfig labels,
        LoaderConfig loader) {

    public DataConfig {
        check(train != null && !train.isBlank(), "data.train is required: the data set's folder");
        subset = subset == null ? Subset.ALL : subset;
        subsetSeed = subsetSeed == null ? 0L : subsetSeed;
        check(image != null, "data.image is required: at least data.image.size");
        mix = mix == null ? MixConfig.none() : mix;
        labels = labels == null ? LabelConfig.defaults() : labels;
        loader = loader == null ? LoaderConfig.defaults() : loader;
    }
}
