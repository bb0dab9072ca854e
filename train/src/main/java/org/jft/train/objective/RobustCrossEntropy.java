package org.jft.train.objective;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.ObjectiveConfig.Confidence;

/**
 * Sigmoid cross-entropy that does not take labels at their word: the mean over images of sum_k w_k
 * l(z_k, y_k). Targets y and weights w come from the labels' {@link Confidence}, l is an {@link
 * EntryLoss}, and a {@link Selection} sets some weights to 0. Absent labels have y = 0 and w = 1,
 * unknown classes w = 0. The gradient takes weights as constants.
 */
record RobustCrossEntropy(
        int classes, Confidence confidence, EntryLoss entryLoss, Selection selection)
        implements Objective {

    static RobustCrossEntropy of(ObjectiveConfig config, int classes) {
        EntryLoss entryLoss =
                switch (config.name()) {
                    case LABEL_SMOOTHING ->
                            new EntryLoss.Smoothed(config.epsilon(), config.prior());
                    case SOFT_BOOTSTRAP -> new EntryLoss.SoftBootstrap(config.beta());
                    case HARD_BOOTSTRAP -> new EntryLoss.HardBootstrap(config.beta());
                    default -> new EntryLoss.CrossEntropy();
                };
        Selection selection =
                switch (config.name()) {
                    case LOSS_TRUNCATION ->
                            new Selection.Truncation(
                                    config.dropPositives(),
                                    config.dropNegatives(),
                                    config.warmup(),
                                    0);
                    case SMALL_LOSS ->
                            new Selection.SmallLoss(config.dropImages(), config.warmup(), 0);
                    default -> new Selection.All();
                };
        return new RobustCrossEntropy(classes, config.confidence(), entryLoss, selection.at(0));
    }

    @Override
    public Objective at(double progress) {
        return new RobustCrossEntropy(classes, confidence, entryLoss, selection.at(progress));
    }

    @Override
    public double loss(FloatBuffer logits, Targets targets, FloatBuffer gradient) {
        int n = targets.size();
        float[] z = new float[n * classes];
        logits.get(0, z);
        float[] y = new float[z.length];
        float[] weights = new float[z.length];
        boolean[] labelled = new boolean[z.length];
        read(targets, y, weights, labelled);
        double[] losses = new double[z.length];
        double all = 0;
        for (int i = 0; i < z.length; i++) {
            losses[i] = entryLoss.loss(z[i], y[i]);
            all += weights[i] * losses[i];
        }
        if (Double.isNaN(all)) {
            return Double.NaN; // else it could be left out, and nobody would see it
        }
        int images = selection.select(losses, labelled, weights, n);
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            if (weights[i] == 0) {
                z[i] = 0;
                continue;
            }
            sum += weights[i] * losses[i];
            z[i] = (float) (weights[i] * entryLoss.gradient(z[i], y[i]) / images);
        }
        gradient.put(0, z);
        return sum / images;
    }

    private void read(Targets targets, float[] y, float[] weights, boolean[] labelled) {
        Arrays.fill(weights, 1);
        for (int i = 0; i < targets.size(); i++) {
            for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                int at = i * classes + targets.ids()[j];
                float given = targets.confidences()[j];
                labelled[at] = true;
                y[at] = confidence == Confidence.TARGET ? given : 1;
                if (targets.isUnknown(j)) {
                    weights[at] = 0;
                } else if (confidence == Confidence.WEIGHT) {
                    weights[at] = given;
                }
            }
        }
    }
}
