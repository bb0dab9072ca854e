package org.jft.core.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArenaTest {
    private static final int RANDOM_PLANS = 50;

    /** Memory that knows of each float who wrote it last. */
    private static final class Stamps {
        private final Arena arena;
        private final Map<Tensor, Long> bytes;
        private final int[] floats;
        private final Map<Object, Integer> writers = new HashMap<>(); // tensors and slices

        Stamps(Arena arena, Map<Tensor, Long> bytes) {
            this.arena = arena;
            this.bytes = bytes;
            floats =
                    new int[Math.toIntExact((arena.gradientBytes() + arena.bytes()) / Float.BYTES)];
        }

        void write(Object what) {
            writers.put(what, writers.size() + 1);
            Arrays.fill(floats, from(what), to(what), writers.get(what));
        }

        void expect(Object what, String message) {
            for (int i = from(what); i < to(what); i++) {
                if (floats[i] != writers.getOrDefault(what, 0)) {
                    fail("%s %s", message, what);
                }
            }
        }

        private int from(Object what) {
            return what instanceof Slice slice
                    ? slice.offset()
                    : Math.toIntExact(arena.offsets().get((Tensor) what) / Float.BYTES);
        }

        private int to(Object what) {
            long length =
                    what instanceof Slice slice
                            ? slice.length()
                            : bytes.get((Tensor) what) / Float.BYTES;
            return Math.toIntExact(from(what) + length);
        }
    }

    private static void check(List<Task> tasks, Arena arena, Map<Tensor, Long> bytes, String of) {
        check(tasks, arena, bytes, new ParameterLayout(List.of()), of);
    }

    /** Runs a plan on stamps: whoever reads a tensor must find its writer's. */
    private static void check(
            List<Task> tasks,
            Arena arena,
            Map<Tensor, Long> bytes,
            ParameterLayout gradients,
            String of) {
        Stamps stamps = new Stamps(arena, bytes);
        for (Task task : tasks) {
            String name = of + ": " + task.name();
            task.reads().forEach(tensor -> stamps.expect(tensor, name + " cannot read"));
            task.writes().forEach(stamps::write);
            task.completes().stream().filter(gradients.slices()::contains).forEach(stamps::write);
            // A task may read until it ends: only the one it overwrites may be gone by then.
            for (Tensor tensor : task.reads()) {
                if (!task.overwritable().contains(tensor)) {
                    stamps.expect(tensor, name + " overwrites");
                }
            }
            task.writes().forEach(tensor -> stamps.expect(tensor, name + " loses"));
        }
        gradients.slices().forEach(slice -> stamps.expect(slice, of + ": at the end is not left"));
        arena.offsets()
                .forEach(
                        (tensor, at) ->
                                assertThat(at < arena.gradientBytes())
                                        .as("%s: %s lies across the border", of, tensor)
                                        .isEqualTo(
                                                at + bytes.get(tensor) <= arena.gradientBytes()));
    }

    private static Map<Tensor, Long> bytes(List<Task> tasks) {
        Map<Tensor, Long> bytes = new HashMap<>();
        for (Task task : tasks) {
            for (Tensor tensor : task.writes()) {
                bytes.put(tensor, (long) Float.BYTES * tensor.shape().elements());
            }
        }
        return bytes;
    }

    /** Returns the largest sum of bytes that live at once if nothing is reused in place. */
    private static long atOnce(List<Task> tasks, Map<Tensor, Long> bytes) {
        Map<Tensor, Integer> last = new HashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            int at = i;
            tasks.get(i).reads().forEach(tensor -> last.put(tensor, at));
        }
        long alive = 0;
        long most = 0;
        for (int i = 0; i < tasks.size(); i++) {
            for (Tensor tensor : tasks.get(i).writes()) {
                alive += bytes.get(tensor);
            }
            most = Math.max(most, alive);
            for (Tensor tensor : bytes.keySet()) {
                boolean written = tasks.get(i).writes().contains(tensor);
                if (last.getOrDefault(tensor, -1) == i || written && !last.containsKey(tensor)) {
                    alive -= bytes.get(tensor);
                }
            }
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"resnet14s,32,false", "resnet14s,32,true", "resnet50,64,false", "resnet50,64,true"})
    void shouldNeverOverlapWhatLivesAtOnce(String architecture, int size, boolean recompute) {
        Program program = Networks.program(architecture, size);
        List<Task> tasks = StepPlan.training(program, recompute).tasks();
        Map<Tensor, Long> bytes = bytes(tasks);
        check(tasks, Arena.of(tasks, bytes::get), bytes, architecture);
    }

    @ParameterizedTest
    @CsvSource({"resnet14s,32,false", "resnet14s,32,true", "resnet50,64,false"})
    void shouldPutActivationsWhereNoGradientIsYet(String name, int size, boolean recompute) {
        NetworkSpec network = Networks.spec(name, size);
        ParameterLayout layout = GraphLayouts.of(network.graph());
        List<Task> tasks = StepPlan.training(Networks.program(network), recompute).tasks();
        Map<Tensor, Long> bytes = bytes(tasks);

        Arena arena = Arena.of(tasks, bytes::get, layout);

        check(tasks, arena, bytes, layout, name);
        assertThat(arena.bytes()).isLessThan(Arena.of(tasks, bytes::get).bytes());
        assertThat(arena.gradientBytes()).isGreaterThanOrEqualTo(4L * layout.length());
    }

    @Test
    void shouldLeaveTheGradientsOfFrozenLayersZero() {
        NetworkSpec network = Networks.spec("resnet14s", 32).withFrozenLayers(Set.of("conv1"));
        ParameterLayout layout = GraphLayouts.of(network.graph());
        List<Task> tasks = StepPlan.training(Networks.program(network), false).tasks();
        Map<Tensor, Long> bytes = bytes(tasks);

        check(tasks, Arena.of(tasks, bytes::get, layout), bytes, layout, "frozen stem");
    }

    @Test
    void shouldComeCloseToTheLeastPossibleOnAResNet() {
        List<Task> tasks = StepPlan.training(Networks.program("resnet50", 128), false).tasks();
        Map<Tensor, Long> bytes = bytes(tasks);
        long arena = Arena.of(tasks, bytes::get).bytes();
        assertThat(arena).isLessThan((long) (1.05 * atOnce(tasks, bytes)));
    }

    @Test
    void shouldNeverOverlapWhatLivesAtOnceInRandomPlans() {
        for (long seed = 0; seed < RANDOM_PLANS; seed++) {
            Random random = new Random(seed);
            List<Tensor> known = new ArrayList<>();
            List<Task> tasks = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int channels = 1024 * (1 + random.nextInt(4));
                Tensor to = ForwardPlanner.activation("t" + i, Shape.ofVector(channels));
                if (known.isEmpty() || random.nextInt(8) == 0) {
                    tasks.add(new Task.LoadInput(i, to));
                } else {
                    Tensor left = known.get(random.nextInt(known.size()));
                    Tensor right = known.get(random.nextInt(known.size()));
                    tasks.add(new Task.Sum("sum" + i, left, right, false, to));
                }
                known.add(to);
            }
            Map<Tensor, Long> bytes = bytes(tasks);
            check(tasks, Arena.of(tasks, bytes::get), bytes, "seed=" + seed);
        }
    }

    @Test
    void shouldTakeThePlaceOfWhatIsReadForTheLastTime() {
        Tensor first = ForwardPlanner.activation("first", Shape.ofVector(5000));
        Tensor second = ForwardPlanner.activation("second", Shape.ofVector(5000));
        Tensor sum = ForwardPlanner.activation("sum", Shape.ofVector(5000));
        List<Task> tasks =
                List.of(
                        new Task.LoadInput(0, first),
                        new Task.LoadInput(1, second),
                        new Task.Sum("sum", first, second, false, sum),
                        new Task.StoreOutput(sum, 0),
                        new Task.StoreOutput(second, 1));
        Arena arena = Arena.of(tasks, tensor -> 20_000);
        assertThat(arena.offsets().get(sum)).isEqualTo(arena.offsets().get(first));
        assertThat(arena.bytes()).isEqualTo(2 * 5 * Arena.ALIGNMENT);
    }
}
