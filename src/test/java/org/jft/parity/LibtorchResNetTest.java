package org.jft.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.FloatBuffer;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.model.Architectures;
import org.jft.core.model.TorchState;
import org.jft.parity.Draw.Shifts;
import org.junit.jupiter.api.Test;

/** The oracle itself: deterministic, sensitive, and right about its own gradient. */
class LibtorchResNetTest {
    private static final String ARCHITECTURE = "resnet8s";
    private static final int SIZE = 16;
    private static final int BATCH = 2;
    private static final int CLASSES = 3;
    private static final long[] SHAPE = {BATCH, 3, SIZE, SIZE};

    private final LibtorchResNet oracle = new LibtorchResNet(ARCHITECTURE, ScalarType.Double);

    @Test
    void shouldNoticeTenPercentInAnyTensor() {
        Draw draw = draw(Shifts.SMALL);
        double[] logits = oracle.evaluate(draw.parameters(), draw.images(), SHAPE);
        draw.parameters()
                .forEach(
                        (name, parameter) -> {
                            float[] values = parameter.values();
                            float[] kept = values.clone();
                            for (int i = 0; i < values.length; i++) {
                                values[i] *= 1.1f;
                            }
                            double[] changed =
                                    oracle.evaluate(draw.parameters(), draw.images(), SHAPE);
                            System.arraycopy(kept, 0, values, 0, kept.length);
                            assertThat(RelativeError.max(changed, logits))
                                    .as(name)
                                    .isGreaterThan(1e-4); // ten times what engines may err
                        });
    }

    @Test
    void shouldDifferentiateItsOwnForwardPass() {
        Draw draw = draw(Shifts.LARGE); // few kinks between the two points
        Map<String, double[]> gradients = step(draw).gradients();
        for (String name : new String[] {"conv1.weight", "layer2.0.bn1.weight", "fc.bias"}) {
            float[] values = draw.parameters().get(name).values();
            float old = values[0];
            values[0] = old + 1e-4f;
            double above = loss(draw);
            double width = values[0];
            values[0] = old - 1e-4f;
            double below = loss(draw);
            width -= values[0];
            values[0] = old;

            double numeric = (above - below) / width;
            assertThat(gradients.get(name)[0]).as(name).isCloseTo(numeric, withinPercentage(1));
        }
    }

    @Test
    void shouldNameEveryGradientAndStatistic() {
        Draw draw = draw(Shifts.SMALL);
        LibtorchResNet.Step step = step(draw);

        assertThat(step.gradients()).doesNotContainKey("bn1.running_mean").containsKey("fc.weight");
        assertThat(step.batchStatistics()).containsKeys("bn1.running_mean", "bn1.running_var");
        assertThat(step.gradients().size() + step.batchStatistics().size())
                .isEqualTo(draw.parameters().size());
    }

    private LibtorchResNet.Step step(Draw draw) {
        return oracle.step(draw.parameters(), draw.outputGradient(), draw.images(), SHAPE);
    }

    private double loss(Draw draw) {
        double[] logits = step(draw).logits();
        double loss = 0;
        for (int i = 0; i < logits.length; i++) {
            loss += logits[i] * draw.outputGradient()[i];
        }
        return loss;
    }

    private static Draw draw(Shifts shifts) {
        ComputationGraphConfiguration conf =
                Architectures.create(
                        new ModelConfig(ARCHITECTURE, 0, 0, null, false), CLASSES, SIZE, 1);
        ComputationGraph graph = new ComputationGraph(conf);
        graph.init();
        TorchState state = TorchState.of(conf, GraphLayouts.of(graph));
        FloatBuffer parameters = FloatBuffer.wrap(graph.params().toFloatVector());
        return Draw.into(parameters, state, shifts, SHAPE, CLASSES, 0);
    }
}
