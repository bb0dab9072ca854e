package org.jft.data.pipeline;

import java.util.BitSet;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.config.LabelNoiseConfig;
import org.jft.core.config.LabelNoiseConfig.Confidences;
import org.jft.core.config.LabelNoiseConfig.Kind;
import org.jft.data.image.SampleRandom;
import org.jft.data.order.Hash;
import org.jft.data.shard.SampleKey;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Makes labels wrong on purpose, before they are filled upward. With r and w of {@link
 * LabelNoiseConfig} and u uniform in [0, 1),
 *
 * <pre>
 *   a label stays                            iff u &lt; r
 *   a wrong one comes from it                iff u &gt;= 1 - w     in its place, or beside it if it stays
 *
 *   u:                draw 0 of hash(hash(seed, key.high, key.low), class)
 *   which wrong one:  draw 1, uniform among the classes it may be mistaken for
 * </pre>
 *
 * Those are, for {@code UNIFORM}, all classes; for {@code SIBLING}, the other children of its
 * parents, or the roots if it is one; where none of them is left, those that its parents may be
 * mistaken for, and so on up. Never left are the image's labels and their ancestors, for they would
 * be right, and what came from a label with a smaller id. If nothing is left, no wrong label comes.
 * A wrong label is as confident as the one it came from, unless confidences are {@code CALIBRATED}:
 * then draws 2 and 3 of a label are those of {@link LabelNoiseConfig.Confidences} if it stays, 4
 * and 5 those of the wrong one.
 *
 * <p>A function of the image's content, its labels and the seed: equal in every epoch, on any
 * workers, after a resume and on other shards. Thread-safe.
 */
final class InjectedNoise {
    // The numbers of the draws. Never reuse one: old runs could not be resumed.
    private static final int DRAW_FATE = 0;
    private static final int DRAW_CLASS = 1;
    private static final int DRAW_RIGHT = 2; // and 3
    private static final int DRAW_WRONG = 4; // and 5

    private final LabelNoiseConfig config;
    private final Taxonomy taxonomy;
    private final BitSet all;
    private final BitSet roots;

    InjectedNoise(LabelNoiseConfig config, Taxonomy taxonomy) {
        this.config = config;
        this.taxonomy = taxonomy;
        this.all = new BitSet();
        all.set(0, taxonomy.size());
        this.roots = new BitSet();
        all.stream().filter(id -> taxonomy.parents(id).length == 0).forEach(roots::set);
    }

    /**
     * Returns what is left of an image's labels, and what comes to them.
     *
     * @param labels as they were read, not filled upward
     */
    Labels of(SampleKey key, Labels labels) {
        long image = Hash.of(config.seed(), key.high(), key.low());
        BitSet taken = new BitSet(); // first by what is right
        for (int id : labels.ids()) {
            taken.set(id);
            IntStream.of(taxonomy.ancestors(id)).forEach(taken::set);
        }
        TreeMap<Integer, Float> confidenceOf = new TreeMap<>();
        for (int i = 0; i < labels.size(); i++) {
            int id = labels.ids()[i];
            SampleRandom random = new SampleRandom(Hash.of(image, id));
            double fate = random.uniform(DRAW_FATE);
            if (fate < config.keptShare()) {
                confidenceOf.put(id, confidence(labels.confidences()[i], true, random));
            }
            int[] mistakes = mistakes(id, taken);
            if (mistakes.length == 0) {
                continue;
            }
            // Drawn and taken even if it does not come: what comes elsewhere must not depend on it.
            int wrong = mistakes[random.below(DRAW_CLASS, mistakes.length)];
            taken.set(wrong);
            if (fate >= 1 - config.wrongShare()) {
                confidenceOf.put(wrong, confidence(labels.confidences()[i], false, random));
            }
        }
        return Labels.of(confidenceOf);
    }

    private float confidence(float given, boolean right, SampleRandom random) {
        if (config.confidences() != Confidences.CALIBRATED) {
            return given;
        }
        int draw = right ? DRAW_RIGHT : DRAW_WRONG;
        double a = random.uniform(draw);
        double b = random.uniform(draw + 1);
        double score = right ? Math.max(a, b) : Math.min(a, b);
        double p = config.precision();
        return given * (float) (p * score / (p * score + (1 - p) * (1 - score)));
    }

    /** Returns the classes that {@code id} may be mistaken for, ascending. */
    private int[] mistakes(int id, BitSet taken) {
        if (config.kind() == Kind.UNIFORM) {
            return without(taken, all);
        }
        BitSet level = new BitSet();
        level.set(id);
        while (!level.isEmpty()) {
            int[] free = without(taken, siblings(level));
            if (free.length > 0) {
                return free;
            }
            BitSet above = new BitSet();
            level.stream().flatMap(c -> IntStream.of(taxonomy.parents(c))).forEach(above::set);
            level = above;
        }
        return new int[0];
    }

    private BitSet siblings(BitSet level) {
        BitSet siblings = new BitSet();
        for (int id : level.stream().toArray()) {
            int[] parents = taxonomy.parents(id);
            if (parents.length == 0) {
                siblings.or(roots);
            }
            for (int parent : parents) {
                IntStream.of(taxonomy.children(parent)).forEach(siblings::set);
            }
        }
        return siblings;
    }

    private static int[] without(BitSet taken, BitSet classes) {
        BitSet free = (BitSet) classes.clone();
        free.andNot(taken);
        return free.stream().toArray();
    }
}
