package org.jft.core.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.NoOp;

class CompilationTest {
    private static final int ROWS = 4;
    private static final int FEATURES = 1000;

    /** Only an inference may get fewer rows than it reads, and must copy those it got. */
    @Test
    void shouldKeepRoomForACopyOfTheInputInInferenceOnly() {
        NetworkSpec network = network();
        ParameterLayout layout = GraphLayouts.of(network.graph());
        Program program = Lowering.lower(network, layout);
        assertThat(scratchOfInput(program, layout, StepPlan.training(program, false))).isZero();
        assertThat(scratchOfInput(program, layout, StepPlan.inference(program)))
                .isEqualTo((long) Float.BYTES * ROWS * FEATURES);
    }

    private static long scratchOfInput(Program program, ParameterLayout layout, StepPlan plan) {
        try (Dnnl owner = new Dnnl()) {
            return Compilation.of(
                            owner,
                            program,
                            layout,
                            plan,
                            ROWS,
                            Precision.FP32,
                            new Call(),
                            Optional.empty())
                    .kernels()
                    .stream()
                    .filter(kernel -> kernel.task() instanceof Task.LoadInput)
                    .mapToLong(Kernel::scratchBytes)
                    .sum();
        }
    }

    private static NetworkSpec network() {
        InputType input = InputType.feedForward(FEATURES);
        var graph =
                new NeuralNetConfiguration.Builder()
                        .updater(new NoOp())
                        .graphBuilder()
                        .addInputs("in")
                        .setInputTypes(input)
                        .validateOutputLayerConfig(false)
                        .addLayer("it", new DenseLayer.Builder().nOut(5).build(), "in")
                        .setOutputs("it")
                        .build();
        return NetworkSpec.of(graph, List.of(input));
    }
}
