package org.jft.data.ingest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jft.core.cli.ProgressLine;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Manifest;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;

/**
 * Draws a labelled data set with a class hierarchy and known label noise: small enough to learn in
 * minutes, and every wrong label is known. Image i depends on the seed and i alone.
 */
public final class SynthDataSet {
    private static final long TEST_STREAM = 0x5851F42D4C957F2DL;

    private final SynthOptions options;
    private final SynthClasses classes;
    private final double[] cumulative; // share of the leaves up to each

    public SynthDataSet(SynthOptions options) {
        this.options = options;
        this.classes = new SynthClasses(options.leaves());
        this.cumulative = new double[options.leaves()];
        double sum = 0;
        for (int i = 0; i < cumulative.length; i++) {
            sum += StrictMath.pow(i + 1, -options.longTail());
            cumulative[i] = sum;
        }
        for (int i = 0; i < cumulative.length; i++) {
            cumulative[i] /= sum;
        }
    }

    /** Draws {@code train} and {@code test} below the folder; returns their manifests. */
    public List<Manifest> write(Path folder, boolean overwrite) {
        Path train = folder.resolve(Entry.TRAIN);
        Path test = folder.resolve(Entry.TEST);
        DataSetWriter.refuseExisting(train, overwrite);
        DataSetWriter.refuseExisting(test, overwrite);
        SplittableRandom seeds = new SplittableRandom(options.seed());
        long trainSeed = seeds.nextLong();
        return List.of(
                write(train, Entry.TRAIN, options.images(), trainSeed, options.noise(), overwrite),
                write(
                        test,
                        Entry.TEST,
                        options.testImages(),
                        trainSeed ^ TEST_STREAM,
                        LabelNoise.NONE,
                        overwrite));
    }

    private Manifest write(
            Path folder, String split, int count, long seed, LabelNoise noise, boolean overwrite) {
        try (DataSetWriter writer =
                        DataSetWriter.create(
                                folder, split, classes.taxonomy(), ShardLayout.DEFAULT, overwrite);
                ProgressLine progress =
                        ProgressLine.start("draw " + split, count, "images", System.nanoTime())) {
            OrderedWork.run(
                    count,
                    i -> () -> sample(split, i, seed, noise),
                    (i, sample) -> {
                        writer.add(sample);
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(count, System.nanoTime());
            return writer.finish();
        }
    }

    private Sample sample(String split, long index, long seed, LabelNoise noise) {
        // two streams, so that the same images are drawn whatever the noise
        SplittableRandom pixels = new SplittableRandom(seed + index * 0x9E3779B97F4A7C15L);
        SplittableRandom errors = pixels.split();
        List<Integer> drawn = new ArrayList<>();
        drawn.add(leaf(pixels.nextDouble()));
        if (pixels.nextDouble() < options.secondObject()) {
            drawn.add(leaf(pixels.nextDouble()));
        }
        SynthScene scene =
                new SynthScene(
                        drawn.stream().map(classes.leaves()::get).toList(), options.size(), pixels);
        byte[] image = ImageCodec.encodePng(scene.draw(), options.size(), options.size(), 3);
        TreeSet<Integer> truth = new TreeSet<>(drawn);
        return new Sample(
                image,
                "%s/%06d.png".formatted(split, index),
                options.size(),
                options.size(),
                observe(truth, noise, errors),
                truth.stream().mapToInt(leaf -> classes.leaves().get(leaf).id()).toArray());
    }

    private int leaf(double draw) {
        int leaf = 0;
        while (leaf < cumulative.length - 1 && draw >= cumulative[leaf]) {
            leaf++;
        }
        return leaf;
    }

    /** Right labels are more confident than wrong ones on average, and the ranges overlap. */
    private Labels observe(TreeSet<Integer> truth, LabelNoise noise, SplittableRandom random) {
        TreeMap<Integer, Float> confidenceOf = new TreeMap<>();
        for (int leaf : truth) {
            int observed = noise.observe(leaf, classes, random);
            if (observed != LabelNoise.LOST) {
                float right = 0.5f + 0.5f * (float) random.nextDouble();
                float wrong = 0.3f + 0.5f * (float) random.nextDouble();
                float confidence = noise.isNone() ? 1 : observed == leaf ? right : wrong;
                confidenceOf.merge(classes.leaves().get(observed).id(), confidence, Math::max);
            }
        }
        int[] ids = confidenceOf.keySet().stream().mapToInt(id -> id).toArray();
        float[] confidences = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            confidences[i] = confidenceOf.get(ids[i]);
        }
        return new Labels(ids, confidences);
    }
}
