package org.jft.core.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArenaTest {
    private static final int RANDOM_PLANS = 50;

    /** Runs a plan on an arena of stamps: whoever reads a tensor must find its writer's stamp. */
    private static void check(List<Task> tasks, Arena arena, Map<Tensor, Long> bytes, String of) {
        int[] pages = new int[(int) (arena.bytes() / Arena.ALIGNMENT)];
        Map<Tensor, Integer> stamps = new HashMap<>();
        for (Task task : tasks) {
            for (Tensor tensor : task.reads()) {
                for (int page : pagesOf(tensor, arena, bytes)) {
                    assertThat(pages[page])
                            .as("%s: %s reads %s", of, task.name(), tensor)
                            .isEqualTo(stamps.get(tensor));
                }
            }
            for (Tensor tensor : task.writes()) {
                stamps.put(tensor, stamps.size() + 1);
                for (int page : pagesOf(tensor, arena, bytes)) {
                    pages[page] = stamps.get(tensor);
                }
            }
            // A task may read until it ends: only the one it overwrites may be gone by then.
            for (Tensor tensor : task.reads()) {
                if (!task.overwritable().contains(tensor)) {
                    for (int page : pagesOf(tensor, arena, bytes)) {
                        assertThat(pages[page])
                                .as("%s: %s overwrites %s", of, task.name(), tensor)
                                .isEqualTo(stamps.get(tensor));
                    }
                }
            }
        }
    }

    private static int[] pagesOf(Tensor tensor, Arena arena, Map<Tensor, Long> bytes) {
        int first = (int) (arena.offsets().get(tensor) / Arena.ALIGNMENT);
        int count = (int) ((bytes.get(tensor) + Arena.ALIGNMENT - 1) / Arena.ALIGNMENT);
        return java.util.stream.IntStream.range(first, first + count).toArray();
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
