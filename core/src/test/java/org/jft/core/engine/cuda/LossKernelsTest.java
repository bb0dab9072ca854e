package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LossKernelsTest extends KernelContract {
    private static final float LOSS_SCALE = 1024;

    /** Each row: rows, classes, stride. */
    private static final int[][] SHAPES = {{1, 1, 1}, {3, 5, 8}, {4, 256, 256}, {2, 1001, 1008}};

    /** Logits and sparse labels. */
    private final class Batch {
        final int rows;
        final int classes;
        final int stride;
        final float[] logits;
        final float[][] labels; // [rows][classes], 0 where absent, -1 where unknown
        final int[] offsets;
        final int[] ids;
        final float[] confidences;

        Batch(int[] shape, double spread) {
            this(shape, spread, 0);
        }

        /**
         * @param unknown share of the labels that are none: nobody knows
         */
        Batch(int[] shape, double spread, double unknown) {
            rows = shape[0];
            classes = shape[1];
            stride = shape[2];
            logits = gaussian(Format.FP32, rows * stride, 0, spread);
            labels = new float[rows][classes];
            offsets = new int[rows + 1];
            List<Integer> all = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                List<Integer> shuffled =
                        new ArrayList<>(IntStream.range(0, classes).boxed().toList());
                Collections.shuffle(shuffled, random);
                // The second row has no labels.
                int count = row == 1 ? 0 : Math.min(classes, 1 + random.nextInt(classes));
                for (int id : shuffled.subList(0, count)) {
                    labels[row][id] =
                            random.nextDouble() < unknown ? -1 : 0.1f + 0.9f * random.nextFloat();
                    all.add(id);
                }
                offsets[row + 1] = all.size();
            }
            ids = all.stream().mapToInt(id -> id).toArray();
            confidences = new float[ids.length];
            for (int row = 0; row < rows; row++) {
                for (int j = offsets[row]; j < offsets[row + 1]; j++) {
                    confidences[j] = labels[row][ids[j]];
                }
            }
        }

        double logit(int row, int k) {
            return logits[row * stride + k];
        }

        /** Runs a loss and returns its value; the gradient is left in an array. */
        double run(String kernel, Format format, DeviceArray gradient) {
            DeviceArray losses = DeviceArray.unset(Double.BYTES * rows);
            DeviceArray loss = DeviceArray.unset(Double.BYTES);
            HostGpu gpu = HostGpu.of(format);
            gpu.launch(
                    kernel,
                    Grids.each(rows),
                    gradient,
                    losses,
                    DeviceArray.floats(logits),
                    DeviceArray.ints(offsets),
                    DeviceArray.ints(ids),
                    DeviceArray.floats(confidences),
                    DeviceArray.floats(LOSS_SCALE),
                    rows,
                    classes,
                    stride);
            gpu.launch("mean_loss", Grids.each(1), loss, losses, rows);
            return loss.doubles()[0];
        }

        @Override
        public String toString() {
            return "rows=%s, classes=%s".formatted(rows, classes);
        }
    }

    /** A loss by definition: adds to the gradient, [rows, stride], and returns its mean. */
    private interface Definition {
        double loss(Batch batch, double[] gradient);
    }

    private static double sigmoid(Batch batch, double[] gradient) {
        double sum = 0;
        for (int row = 0; row < batch.rows; row++) {
            for (int k = 0; k < batch.classes; k++) {
                double z = batch.logit(row, k);
                double y = batch.labels[row][k];
                if (y < 0) {
                    continue;
                }
                sum += y * Math.log1p(Math.exp(-z)) + (1 - y) * (z + Math.log1p(Math.exp(-z)));
                gradient[row * batch.stride + k] = (1 / (1 + Math.exp(-z)) - y) / batch.rows;
            }
        }
        return sum / batch.rows;
    }

    private static double softmax(Batch batch, double[] gradient) {
        double sum = 0;
        for (int row = 0; row < batch.rows; row++) {
            double total = 0;
            double exponentials = 0;
            for (int k = 0; k < batch.classes; k++) {
                total += batch.labels[row][k];
                exponentials += Math.exp(batch.logit(row, k));
            }
            for (int k = 0; k < batch.classes && total > 0; k++) {
                double p = Math.exp(batch.logit(row, k)) / exponentials;
                double share = batch.labels[row][k] / total;
                sum += share == 0 ? 0 : -share * Math.log(p);
                gradient[row * batch.stride + k] = (p - share) / batch.rows;
            }
        }
        return sum / batch.rows;
    }

    private void check(String kernel, Definition definition, Format format, Format held) {
        check(kernel, definition, format, held, 0);
    }

    private void check(
            String kernel, Definition definition, Format format, Format held, double unknown) {
        for (int[] shape : SHAPES) {
            Batch batch = new Batch(shape, 5, unknown);
            double[] expected = new double[batch.rows * batch.stride];
            double loss = definition.loss(batch, expected);
            for (int i = 0; i < expected.length; i++) {
                expected[i] *= LOSS_SCALE;
            }
            DeviceArray gradient = DeviceArray.unset(held, expected.length);

            double found = batch.run(kernel, format, gradient);

            String what = "%s, %s".formatted(kernel, batch);
            assertThat(found)
                    .as("%s, seed=%s", what, seed)
                    .isCloseTo(loss, within(1e-9 * (1 + loss)));
            // Two roundings: to float32, then to the type.
            assertNear(what, expected, gradient.values(held), held, 2 * Format.FP32.roundingOf(1));
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldGiveSigmoidCrossEntropyOfSparseLabels(Format format) {
        check("sigmoid_loss", LossKernelsTest::sigmoid, format, format);
        check("sigmoid_loss_float", LossKernelsTest::sigmoid, format, Format.FP32);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldLeaveUnknownClassesOutOfSigmoidCrossEntropy(Format format) {
        check("sigmoid_loss", LossKernelsTest::sigmoid, format, format, 0.3);
        check("sigmoid_loss_float", LossKernelsTest::sigmoid, format, Format.FP32, 0.3);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldGiveSoftmaxCrossEntropyOfSparseLabels(Format format) {
        check("softmax_loss", LossKernelsTest::softmax, format, format);
        check("softmax_loss_float", LossKernelsTest::softmax, format, Format.FP32);
    }

    @Test
    void shouldStayFiniteAtLogitsWhoseExponentialOverflows() {
        for (String kernel : List.of("sigmoid_loss", "softmax_loss")) {
            Batch batch = new Batch(new int[] {4, 10, 10}, 5000);
            DeviceArray gradient = DeviceArray.unsetFloats(batch.rows * batch.stride);

            double loss = batch.run(kernel, Format.FP32, gradient);

            assertThat(loss).as("%s, seed=%s", kernel, seed).isFinite();
            for (float value : gradient.floats()) {
                assertThat(Math.abs(value)).isLessThanOrEqualTo(LOSS_SCALE / batch.rows);
            }
        }
    }

    @Test
    void shouldShowNanLogitsInTheLoss() {
        for (String kernel : List.of("sigmoid_loss", "softmax_loss")) {
            for (int place : new int[] {0, 299}) {
                Batch batch = new Batch(new int[] {1, 300, 300}, 1);
                batch.logits[place] = Float.NaN;
                DeviceArray gradient = DeviceArray.unsetFloats(300);

                assertThat(batch.run(kernel, Format.FP32, gradient)).as(kernel).isNaN();
            }
        }
    }
}
