package org.jft.eval.noise;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.config.RunConfig;
import org.jft.data.order.Selection;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.EvaluationStream;
import org.jft.data.pipeline.TrainingLabels;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.Labels;
import org.jft.eval.transfer.classification.CheckpointPass;

/**
 * Ranks what a run was trained on by its loss under the trained network, and tells how well that
 * separates what {@code data.labels.noise} made wrong from the rest. A label's cross-entropy log(1
 * + e^-z) falls with its logit z, an absent label's rises, so logits rank them. Images as in
 * evaluation, without augmentation; labels as they were trained on, filled upward.
 *
 * <pre>
 *   wrong_label_auc     labels shown: P(loss of a wrong one > loss of a right one)
 *   missing_label_auc   labels not shown: P(loss of a lost one > loss of a truly absent one)
 * </pre>
 *
 * Ties count half. Frequent classes have low losses and are rarely wrong, so part of that needs no
 * image: {@code _blind} after a name is the same for labels ranked by how often their class is
 * shown, rare ones first, and lost ones the other way round. Memory: 8 bytes a class of each image
 * of the subset.
 */
public final class LabelAudit {
    /** Names of the two measures. */
    public static final String WRONG = "wrong_label_auc";

    public static final String MISSING = "missing_label_auc";

    /** Follows a name where labels are ranked by their class alone. */
    public static final String BLIND = "_blind";

    private final RunConfig config;
    private final Path folder;

    /**
     * @param config of the run
     * @param folder of the run, where unreadable images are reported
     */
    public LabelAudit(RunConfig config, Path folder) {
        this.config = config;
        this.folder = folder;
    }

    /**
     * Runs the network over the subset it was trained on; a measure without both kinds is left out.
     */
    public Map<String, Double> audit(Checkpoint checkpoint) {
        try (DataSet data = DataSet.openTrain(config.data())) {
            Selection subset =
                    Selection.of(data, config.data().subset(), config.data().subsetSeed());
            EvaluationStream stream =
                    EvaluationStream.of(data, config.eval().batch(), /* preferClean= */ false)
                            .only(subset::contains);
            Ranking ranking =
                    new Ranking(new TrainingLabels(data, config.data().labels(), data.taxonomy()));
            new CheckpointPass(config, folder)
                    .over(stream, data.taxonomy(), checkpoint, "audit labels", ranking);
            return ranking.measures();
        }
    }

    /** The logits of labels by what is known of them. */
    static final class Ranking implements CheckpointPass.Sink {
        private final TrainingLabels labels;
        private final Entries wrong = new Entries(); // as losses rank them: shown ones negated
        private final Entries right = new Entries();
        private final Entries lost = new Entries();
        private final Entries absent = new Entries();

        Ranking(TrainingLabels labels) {
            this.labels = labels;
        }

        @Override
        public void accept(Batch batch, FloatBuffer logits) {
            int classes = logits.capacity() / batch.size();
            float[] z = new float[classes];
            for (int i = 0; i < batch.size(); i++) {
                logits.get(i * classes, z);
                add(labels.shown(batch.rows()[i]), labels.right(batch.rows()[i]), z);
            }
        }

        /** Adds an image; classes that either ignores take no part. */
        void add(Labels shown, Labels truth, float[] z) {
            for (int k = 0, s = 0, t = 0; k < z.length; k++) {
                boolean ofShown = s < shown.size() && shown.ids()[s] == k;
                boolean ofTruth = t < truth.size() && truth.ids()[t] == k;
                boolean unknown =
                        ofShown && shown.confidences()[s] == Labels.IGNORED
                                || ofTruth && truth.confidences()[t] == Labels.IGNORED;
                s += ofShown ? 1 : 0;
                t += ofTruth ? 1 : 0;
                if (unknown) {
                    continue;
                }
                if (ofShown) {
                    (ofTruth ? right : wrong).add(k, -z[k]);
                } else {
                    (ofTruth ? lost : absent).add(k, z[k]);
                }
            }
        }

        Map<String, Double> measures() {
            Map<Integer, Integer> shown = new HashMap<>();
            wrong.countClasses(shown);
            right.countClasses(shown);
            Map<String, Double> measures = new LinkedHashMap<>();
            put(measures, WRONG, wrong, right, k -> -shown.get(k));
            put(measures, MISSING, lost, absent, k -> shown.getOrDefault(k, 0));
            return measures;
        }

        private static void put(
                Map<String, Double> measures,
                String name,
                Entries found,
                Entries others,
                IntUnaryOperator blind) {
            if (found.count > 0 && others.count > 0) {
                measures.put(name, RankAuc.of(found.losses(), others.losses()));
                measures.put(name + BLIND, RankAuc.of(found.ranked(blind), others.ranked(blind)));
            }
        }
    }

    /** Classes of images, with what ranks them, as they come. */
    private static final class Entries {
        private int[] classes = new int[1024];
        private float[] losses = new float[1024];
        private int count;

        void add(int id, float loss) {
            if (count == losses.length) {
                classes = Arrays.copyOf(classes, Math.multiplyExact(2, count));
                losses = Arrays.copyOf(losses, 2 * count);
            }
            classes[count] = id;
            losses[count++] = loss;
        }

        void countClasses(Map<Integer, Integer> counts) {
            for (int i = 0; i < count; i++) {
                counts.merge(classes[i], 1, Integer::sum);
            }
        }

        float[] losses() {
            return Arrays.copyOf(losses, count);
        }

        float[] ranked(IntUnaryOperator ofClass) {
            float[] ranks = new float[count];
            for (int i = 0; i < count; i++) {
                ranks[i] = ofClass.applyAsInt(classes[i]);
            }
            return ranks;
        }
    }
}
