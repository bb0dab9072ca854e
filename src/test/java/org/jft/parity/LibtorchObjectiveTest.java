package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.ObjectiveConfig.Confidence;
import org.jft.core.config.ObjectiveConfig.Name;
import org.jft.train.objective.Objective;
import org.jft.train.objective.Targets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Objectives that doubt labels, against libtorch's binary cross-entropy and its automatic
 * derivative, in double precision.
 */
class LibtorchObjectiveTest {
    private static final int IMAGES = 16;
    private static final int CLASSES = 21;
    private static final int SUM = 2; // torch's reductions
    private static final int NONE = 0;
    private static final double DROPPED = 0.3;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final float[] logits = new float[IMAGES * CLASSES];
    private final float[] confidences = new float[IMAGES * CLASSES];
    private final Targets targets = draw();

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void shouldHaveLibtorchsLossAndDerivative(Name name) {
        for (Confidence confidence : Confidence.values()) {
            Double dropped = name == Name.LOSS_TRUNCATION ? DROPPED : null;
            ObjectiveConfig config =
                    new ObjectiveConfig(
                            name,
                            confidence,
                            null,
                            null,
                            null,
                            dropped,
                            dropped,
                            name == Name.SMALL_LOSS ? DROPPED : null,
                            null);
            FloatBuffer gradient = FloatBuffer.allocate(logits.length);
            double loss =
                    Objective.of(config, CLASSES)
                            .at(1)
                            .loss(FloatBuffer.wrap(logits), targets, gradient);
            String what = "%s, seed=%s".formatted(config, seed);
            try (PointerScope scope = new PointerScope()) {
                Tensor z = tensor(logits).set_requires_grad(true);
                Tensor expected = loss(config, z);
                expected.backward();
                double truth = expected.item().toDouble();
                assertThat(loss).as(what).isCloseTo(truth, within(1e-6 * Math.abs(truth)));
                double[] derivative = ProbedValues.read(z.grad());
                for (int i = 0; i < derivative.length; i++) {
                    assertThat((double) gradient.get(i))
                            .as("%s logit %s", what, i)
                            .isCloseTo(derivative[i], within(1e-7));
                }
            }
        }
    }

    private Tensor loss(ObjectiveConfig config, Tensor z) {
        boolean soft = config.confidence() == Confidence.TARGET;
        Tensor given = tensor(confidences);
        Tensor labelled = given.gt(new Scalar(0));
        Tensor labels = labelled.to(ScalarType.Double);
        Tensor ones = torch.ones_like(given);
        Tensor y = target(config, soft ? given : labels, z);
        Tensor weight =
                config.confidence() == Confidence.WEIGHT
                        ? torch.where(labelled, given, ones)
                        : ones;
        if (!config.ranks()) {
            return crossEntropy(z, y, weight, SUM).div(new Scalar((double) IMAGES));
        }
        Tensor unweighted = crossEntropy(z, y, ones, NONE);
        if (config.name() == Name.SMALL_LOSS) {
            int kept = IMAGES - (int) (DROPPED * IMAGES);
            long[] perImage = {1};
            return lowest(unweighted.mul(weight).sum(perImage), kept)
                    .div(new Scalar((double) kept));
        }
        Tensor ofLabels = kept(unweighted, weight, labelled);
        Tensor ofAbsent = kept(unweighted, weight, labelled.logical_not());
        return ofLabels.add(ofAbsent).div(new Scalar((double) IMAGES));
    }

    private static Tensor target(ObjectiveConfig config, Tensor y, Tensor z) {
        return switch (config.name()) {
            case LABEL_SMOOTHING -> mixed(y, 1 - config.epsilon(), constant(y, config.prior()));
            case SOFT_BOOTSTRAP -> mixed(y, config.beta(), z.sigmoid());
            case HARD_BOOTSTRAP ->
                    mixed(y, config.beta(), z.detach().sigmoid().round().to(ScalarType.Double));
            default -> y;
        };
    }

    private static Tensor constant(Tensor like, double value) {
        return torch.zeros_like(like).add(new Scalar(value));
    }

    private static Tensor mixed(Tensor a, double share, Tensor b) {
        return a.mul(new Scalar(share)).add(b.mul(new Scalar(1 - share)));
    }

    /** The weighted losses of one kind of entry without the highest unweighted ones. */
    private static Tensor kept(Tensor losses, Tensor weight, Tensor kind) {
        Tensor own = losses.masked_select(kind);
        long count = own.numel() - (long) (DROPPED * own.numel());
        Tensor places = own.topk(count, 0, false, true).get1();
        return own.mul(weight.masked_select(kind)).index_select(0, places).sum();
    }

    private static Tensor lowest(Tensor values, long count) {
        return values.topk(count, 0, false, true).get0().sum();
    }

    private static Tensor crossEntropy(Tensor z, Tensor y, Tensor weight, int reduction) {
        return torch.binary_cross_entropy_with_logits(
                z, y, new TensorOptional(weight), new TensorOptional(), reduction);
    }

    private static Tensor tensor(float[] values) {
        return Tensor.create(values, IMAGES, CLASSES).to(ScalarType.Double);
    }

    private Targets draw() {
        int[] offsets = new int[IMAGES + 1];
        IntStream.Builder ids = IntStream.builder();
        int count = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = 3 * (float) random.nextGaussian();
            if (random.nextInt(4) == 0) {
                confidences[i] = random.nextBoolean() ? 1 : 0.1f + 0.9f * random.nextFloat();
                ids.add(i % CLASSES);
                count++;
            }
            offsets[i / CLASSES + 1] = count;
        }
        float[] given = new float[count];
        int at = 0;
        for (float confidence : confidences) {
            if (confidence > 0) {
                given[at++] = confidence;
            }
        }
        return new Targets(offsets, ids.build().toArray(), given);
    }
}
