package org.jft.train.objective;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jft.core.config.ObjectiveConfig;

/**
 * An {@link Objective} whose classes are dealt out: each rank has the logits of its slice, for all
 * samples, and computes the slice's part of the loss and its gradient. The parts of all slices add
 * up to the loss. Where a class's gradient depends on the logits of others, the slices first tell
 * each other a few numbers of each sample.
 */
public sealed interface SlicedObjective {
    /** Returns the part of the objective a config names that one slice computes. */
    static SlicedObjective of(ObjectiveConfig objective, ClassSlice slice) {
        checkArgument(!objective.ranks(), "%s compares the classes of all slices", objective);
        return switch (objective.link()) {
            case SIGMOID -> new Sigmoid(slice, Objective.of(objective, slice.count()));
            case SOFTMAX -> new Softmax(slice);
        };
    }

    /** Returns how many numbers a slice tells of each sample; 0 when slices need no others. */
    int summarySize();

    /**
     * Writes what this slice tells the others.
     *
     * @param logits [N, slice], row-major
     * @param summaries [N, {@link #summarySize}]
     */
    void summarize(FloatBuffer logits, int samples, FloatBuffer summaries);

    /**
     * Makes one of what all slices told.
     *
     * @param told [slices, N, {@link #summarySize}]
     * @param whole [N, {@link #summarySize}]; the same on all ranks
     */
    void combine(FloatBuffer told, int slices, int samples, FloatBuffer whole);

    /**
     * Computes this slice's part of the mean loss over the samples, and its gradient.
     *
     * @param logits [N, slice], row-major
     * @param targets labels of all classes
     * @param whole of these samples, [N, {@link #summarySize}]
     * @param gradient d loss / d logits, [N, slice], written from position 0
     */
    double loss(FloatBuffer logits, Targets targets, FloatBuffer whole, FloatBuffer gradient);

    /**
     * A sum over classes: a slice needs no other.
     *
     * @param own of the slice's classes
     */
    record Sigmoid(ClassSlice slice, Objective own) implements SlicedObjective {
        @Override
        public int summarySize() {
            return 0;
        }

        @Override
        public void summarize(FloatBuffer logits, int samples, FloatBuffer summaries) {}

        @Override
        public void combine(FloatBuffer told, int slices, int samples, FloatBuffer whole) {}

        @Override
        public double loss(
                FloatBuffer logits, Targets targets, FloatBuffer whole, FloatBuffer gradient) {
            return own.loss(logits, targets.of(slice), gradient);
        }
    }

    /**
     * Softmax cross-entropy. Of each sample a slice tells its largest logit m and the sum of e^(z -
     * m), from which the whole's follow.
     */
    record Softmax(ClassSlice slice) implements SlicedObjective {
        @Override
        public int summarySize() {
            return 2;
        }

        @Override
        public void summarize(FloatBuffer logits, int samples, FloatBuffer summaries) {
            float[] z = new float[slice.count()];
            double[] e = new double[slice.count()];
            for (int i = 0; i < samples; i++) {
                logits.get(i * z.length, z);
                float largest = Float.NEGATIVE_INFINITY;
                for (float value : z) {
                    largest = Math.max(largest, value);
                }
                exponentials(z, largest, e);
                summaries.put(2 * i, largest).put(2 * i + 1, (float) Arrays.stream(e).sum());
            }
        }

        private static void exponentials(float[] z, float largest, double[] e) {
            for (int k = 0; k < z.length; k++) {
                e[k] = (double) z[k] - largest;
            }
            Exponential.ofNegatives(e, z.length);
        }

        @Override
        public void combine(FloatBuffer told, int slices, int samples, FloatBuffer whole) {
            for (int i = 0; i < samples; i++) {
                float largest = Float.NEGATIVE_INFINITY;
                for (int s = 0; s < slices; s++) {
                    largest = Math.max(largest, told.get(2 * (s * samples + i)));
                }
                double sum = 0;
                for (int s = 0; s < slices; s++) {
                    int at = 2 * (s * samples + i);
                    sum += told.get(at + 1) * Math.exp((double) told.get(at) - largest);
                }
                whole.put(2 * i, largest).put(2 * i + 1, (float) sum);
            }
        }

        @Override
        public double loss(
                FloatBuffer logits, Targets targets, FloatBuffer whole, FloatBuffer gradient) {
            int n = targets.size();
            float[] z = new float[slice.count()];
            double[] e = new double[slice.count()];
            double loss = 0;
            for (int i = 0; i < n; i++) {
                double total = targets.total(i);
                logits.get(i * z.length, z);
                if (total > 0) {
                    loss += sample(z, e, i, targets, whole);
                } else {
                    Arrays.fill(z, 0);
                }
                gradient.put(i * z.length, z);
            }
            return loss / n;
        }

        /** Turns the logits of sample i into their gradient and returns the slice's loss. */
        private double sample(float[] z, double[] e, int i, Targets targets, FloatBuffer whole) {
            float largest = whole.get(2 * i);
            double sum = whole.get(2 * i + 1);
            double logSum = largest + Math.log(sum);
            double total = targets.total(i);
            exponentials(z, largest, e);
            double scale = 1 / (sum * targets.size());
            double loss = 0;
            for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                if (slice.contains(targets.ids()[j])) {
                    int k = targets.ids()[j] - slice.first();
                    loss += targets.confidences()[j] / total * (logSum - z[k]);
                }
            }
            for (int k = 0; k < z.length; k++) {
                z[k] = (float) (e[k] * scale);
            }
            for (int j = targets.offsets()[i]; j < targets.offsets()[i + 1]; j++) {
                if (slice.contains(targets.ids()[j])) {
                    z[targets.ids()[j] - slice.first()] -=
                            (float) (targets.confidences()[j] / total / targets.size());
                }
            }
            // NaN logits stay visible: the sum is then NaN on every rank.
            return Double.isNaN(logSum) ? Double.NaN : loss;
        }
    }
}
