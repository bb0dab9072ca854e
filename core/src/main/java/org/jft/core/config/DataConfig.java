package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * What is read and how pixels and labels are prepared.
 *
 * @param train place of the training data set (manifest.json and Parquet shards): a folder or
 *     {@code s3://bucket/prefix}
 * @param test place of the held-out data set; null when the run is not evaluated
 * @param subset which rows of {@code train} take part
 * @param subsetSeed seed of the nested subset draw; equal seeds nest
 * @param classes file of class names, one a line, that are the network's; other labels count for
 *     the nearest of them above or are dropped. Null: the data set's classes
 * @param imagesOf file of class names, one a line: training images without a label of one of them
 *     or below take no part. Null: all take part
 * @param dropTrain file of the keys of training images that take no part; null for none
 * @param dropTest file of the keys of held-out images that take no part; null for none
 * @param mix training images mixed with each other; none by default
 * @param store how data sets are read whose place is {@code s3://}
 */
public record DataConfig(
        String train,
        String test,
        Subset subset,
        Long subsetSeed,
        String classes,
        String imagesOf,
        String dropTrain,
        String dropTest,
        ImageConfig image,
        MixConfig mix,
        LabelConfig labels,
        LoaderConfig loader,
        StoreConfig store) {

    public DataConfig {
        check(train != null && !train.isBlank(), "data.train is required: the data set's folder");
        subset = subset == null ? Subset.ALL : subset;
        subsetSeed = subsetSeed == null ? 0L : subsetSeed;
        check(classes == null || !classes.isBlank(), "data.classes must name a file");
        check(imagesOf == null || !imagesOf.isBlank(), "data.images_of must name a file");
        check(dropTrain == null || !dropTrain.isBlank(), "data.drop_train must name a file");
        check(dropTest == null || !dropTest.isBlank(), "data.drop_test must name a file");
        check(image != null, "data.image is required: at least data.image.size");
        mix = mix == null ? MixConfig.none() : mix;
        labels = labels == null ? LabelConfig.defaults() : labels;
        loader = loader == null ? LoaderConfig.defaults() : loader;
        store = store == null ? StoreConfig.defaults() : store;
    }

    /** Returns the same for a data set that lies elsewhere, both to train on and to test with. */
    public DataConfig at(String location) {
        return with(location, location, classes);
    }

    /** Returns the same with other classes. */
    DataConfig withClasses(String file) {
        return with(train, test, file);
    }

    private DataConfig with(String train, String test, String classes) {
        return new DataConfig(
                train,
                test,
                subset,
                subsetSeed,
                classes,
                imagesOf,
                dropTrain,
                dropTest,
                image,
                mix,
                labels,
                loader,
                store);
    }

    /**
     * Returns defaults.
     *
     * @param size side of the network input, pixels
     */
    public static DataConfig of(String train, int size) {
        ImageConfig image = new ImageConfig(size, null, 0, null, null, null, null, null, null);
        return new DataConfig(
                train, null, null, null, null, null, null, null, image, null, null, null, null);
    }
}
