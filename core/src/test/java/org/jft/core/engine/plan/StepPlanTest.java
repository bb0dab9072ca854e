package org.jft.core.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Shape;
import org.jft.core.engine.program.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StepPlanTest {
    @ParameterizedTest
    @CsvSource({"resnet14s,32,false", "resnet14s,32,true", "resnet50,64,false", "resnet50,64,true"})
    void shouldWriteEveryTensorOnceAndBeforeItIsRead(
            String architecture, int size, boolean recompute) {
        Set<Tensor> written = new HashSet<>();
        for (Task task :
                StepPlan.training(Networks.program(architecture, size), recompute).tasks()) {
            assertThat(written).as("read by %s", task.name()).containsAll(task.reads());
            for (Tensor tensor : task.writes()) {
                assertThat(written.add(tensor)).as("%s writes %s", task.name(), tensor).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldCompleteEveryGradientOnceFromTheHeadToTheStem(boolean recompute) {
        NetworkSpec network = Networks.spec("resnet50", 64);
        StepPlan plan = StepPlan.training(Networks.program(network), recompute);
        List<Slice> completed = completed(plan);
        assertThat(completed)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(GraphLayouts.of(network.graph()).slices());
        assertThat(completed.get(0).layer()).isEqualTo("head");
        assertThat(completed.get(completed.size() - 1).layer()).isEqualTo("conv1");
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldEndBackwardWhereNothingBeforeIsTrained(boolean recompute) {
        NetworkSpec network = Networks.spec("resnet14s", 32);
        Set<String> frozen =
                network.graph().getVertices().entrySet().stream()
                        .filter(entry -> entry.getValue() instanceof LayerVertex)
                        .map(java.util.Map.Entry::getKey)
                        .filter(name -> !name.equals("head"))
                        .collect(Collectors.toSet());
        StepPlan plan = StepPlan.training(Networks.program("resnet14s", 32, frozen), recompute);
        assertThat(plan.backward())
                .extracting(task -> task.getClass().getSimpleName())
                .containsExactly("LoadOutputGradient", "LinearBackwardWeights");
    }

    @Test
    void shouldReachTheInputsOnlyWhenTheirGradientsAreWanted() {
        NetworkSpec network = Networks.spec("resnet14s", 32);
        Program without = Networks.program(network);
        Program with = Networks.program(network.withInputGradients());
        assertThat(StepPlan.training(without, false).backward())
                .noneMatch(task -> task instanceof Task.StoreInputGradient);
        assertThat(StepPlan.training(with, false).backward())
                .last()
                .isInstanceOf(Task.StoreInputGradient.class);
    }

    @Test
    void shouldNeedLessMemoryAndMoreTasksWhenActivationsAreRecomputed() {
        Program program = Networks.program("resnet50", 64);
        StepPlan kept = StepPlan.training(program, false);
        StepPlan again = StepPlan.training(program, true);
        assertThat(again.tasks().size()).isGreaterThan(kept.tasks().size());
        assertThat(bytes(again)).isLessThan(bytes(kept) / 2);
    }

    /** oneDNN lets a binary primitive overwrite its first operand, and no other. */
    @Test
    void shouldTurnASumRoundWhenItsSecondOperandAloneIsReadForTheLastTime() {
        Value x = new Value(0, "x", Shape.ofVector(8));
        Value y = new Value(1, "y", x.shape());
        Node tanh =
                new Node(
                        new Op.Activation(Op.Activation.Function.TANH, 0),
                        List.of(x),
                        new Value(2, "tanh", x.shape()),
                        false);
        Node sum =
                new Node(
                        new Op.Add(),
                        List.of(tanh.output(), y),
                        new Value(3, "sum", x.shape()),
                        false);
        Program program =
                new Program(
                        List.of(x, y),
                        List.of(tanh, sum),
                        List.of(sum.output(), tanh.output()),
                        false);
        List<Task> tasks = StepPlan.inference(program).tasks();
        Task.Sum planned =
                (Task.Sum) tasks.stream().filter(Task.Sum.class::isInstance).findFirst().get();
        assertThat(planned.left().name()).isEqualTo("y");
        assertThat(planned.right().name()).isEqualTo("tanh");
        Map<Tensor, Long> offsets = Arena.of(tasks, tensor -> 20_000).offsets();
        assertThat(offsets.get(planned.to())).isEqualTo(offsets.get(planned.left()));
    }

    @Test
    void shouldKeepNothingInInference() {
        StepPlan plan = StepPlan.inference(Networks.program("resnet50", 64));
        long largest =
                plan.tasks().stream()
                        .flatMap(task -> task.writes().stream())
                        .mapToLong(tensor -> tensor.shape().elements())
                        .max()
                        .orElseThrow();
        assertThat(plan.backward()).isEmpty();
        assertThat(bytes(plan)).isLessThanOrEqualTo(3 * Float.BYTES * largest + (1 << 20));
    }

    private static long bytes(StepPlan plan) {
        return Arena.of(plan.tasks(), t -> (long) Float.BYTES * t.shape().elements()).bytes();
    }

    private static List<Slice> completed(StepPlan plan) {
        List<Slice> completed = new ArrayList<>();
        plan.tasks().forEach(task -> completed.addAll(task.completes()));
        return completed;
    }
}
