package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.plan.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks to steps, tensors to places; nothing runs. */
class CompilationTest {
    private static final int ROWS = 4;

    @Test
    void shouldDoABottleneckInTheOrderOfItsTasks() {
        Compilation compilation = compile("resnet50", 64, Precision.BF16, false);
        List<String> names = new ArrayList<>();
        for (CompiledTask task : compilation.forward().subList(0, 7)) {
            names.add(task.task().name());
        }
        assertThat(names)
                .containsExactly(
                        "LoadInput image",
                        "Linear conv1",
                        "Normalize bn1",
                        "Pool maxpool",
                        "Linear layer1.0.conv1",
                        "Normalize layer1.0.bn1",
                        "Linear layer1.0.conv2");
    }

    @Test
    void shouldPadThePixelsToSixteenBytes() {
        for (Precision precision : Precision.values()) {
            Compilation compilation = compile("resnet8s", 32, precision, false);
            Tensor image = ((Task.LoadInput) compilation.forward().get(0).task()).to();
            int channels = precision == Precision.BF16 || precision == Precision.FP16 ? 8 : 4;
            assertThat(compilation.layouts().channels(image)).isEqualTo(channels);
        }
    }

    /**
     * The memory as it is during a step: each tensor owns its bytes from the task that writes it
     * on, and must still own all of them where it is read.
     */
    @ParameterizedTest
    @CsvSource({
        "resnet50, false",
        "resnet50, true",
        "resnet50 of BiT, false",
        "resnet14s of BiT, true"
    })
    void shouldReadNoTensorThatAnotherHasOverwritten(String architecture, boolean recompute) {
        Compilation compilation = compile(architecture, 64, Precision.BF16, recompute);
        TreeMap<Long, Owned> memory = new TreeMap<>();
        List<CompiledTask> all = new ArrayList<>(compilation.forward());
        all.addAll(compilation.backward());
        for (CompiledTask task : all) {
            for (Tensor read : task.task().reads()) {
                Owned there = memory.get(offset(compilation, read));
                assertThat(there).as("%s reads %s", task.task().name(), read).isNotNull();
                assertThat(there.tensor).as(task.task().name()).isSameAs(read);
            }
            for (Tensor written : task.task().writes()) {
                claim(memory, compilation, written);
            }
        }
    }

    private record Owned(Tensor tensor, long end) {}

    private static long offset(Compilation compilation, Tensor tensor) {
        return compilation.arena().offsets().get(tensor);
    }

    private static void claim(TreeMap<Long, Owned> memory, Compilation compilation, Tensor tensor) {
        long from = offset(compilation, tensor);
        long end = from + compilation.layouts().bytes(tensor);
        assertThat(end).isLessThanOrEqualTo(compilation.arena().bytes());
        memory.entrySet().removeIf(entry -> entry.getKey() < end && entry.getValue().end() > from);
        memory.put(from, new Owned(tensor, end));
    }

    /** What is launched for a task touches its tensors and no others. */
    @ParameterizedTest
    @CsvSource({
        "resnet14s, FP32",
        "resnet14s, TF32",
        "resnet14s, BF16",
        "resnet14s, FP16",
        "resnet14s of BiT, BF16",
        "resnet14s of BiT, FP16"
    })
    void shouldTouchNoTensorButTheTasksOwn(String architecture, Precision precision) {
        Compilation compilation = compile(architecture, 32, precision, false);
        FakeGpu gpu = FakeGpu.recording();
        try (Device device = EmulatedCuda.device(gpu, new FakeDnn(gpu, null), precision);
                PassMemory memory = new PassMemory(gpu)) {
            memory.grow(compilation.memory().bytes(), "test");
            Vectors vectors = new Vectors(device, 1 << 20);
            Addresses addresses = new Addresses(compilation.memory(), memory.address(), vectors);
            List<CompiledTask> all = new ArrayList<>(compilation.forward());
            all.addAll(compilation.backward());
            var stream = device.own(gpu.stream());
            for (CompiledTask task : all.subList(1, all.size())) {
                List<Long> allowed = new ArrayList<>();
                task.task().reads().forEach(t -> allowed.add(addresses.of(Place.of(t))));
                task.task().writes().forEach(t -> allowed.add(addresses.of(Place.of(t))));
                Work work = Alternatives.prepare(task.steps(), device, addresses);
                gpu.calls.clear();
                work.enqueue(stream);
                long start = memory.address();
                long end = start + compilation.arena().bytes();
                for (long address : addressesOf(gpu)) {
                    if (address >= start && address < end) {
                        assertThat(allowed).as(task.task().name()).contains(address);
                    }
                }
            }
        }
    }

    private static List<Long> addressesOf(FakeGpu gpu) {
        List<Long> found = new ArrayList<>();
        gpu.each(
                "kernel",
                call ->
                        java.util.regex.Pattern.compile("0x([0-9a-f]+)")
                                .matcher(call.detail())
                                .results()
                                .forEach(hex -> found.add(Long.parseLong(hex.group(1), 16))));
        return found;
    }

    @Test
    void shouldGiveEveryRegionBytesOfItsOwn() {
        Compilation compilation = compile("resnet8s", 32, Precision.FP32, false);
        Map<Long, Place.Region> starts = new TreeMap<>();
        MemoryMap map = compilation.memory();
        for (Place.Region region :
                List.of(
                        Place.Region.SCRATCH,
                        Place.Region.WORKSPACE,
                        Place.Region.COPIES,
                        Place.Region.COLOURS,
                        Place.Region.INPUT,
                        Place.Region.OUTPUT,
                        Place.Region.OUTPUT_GRADIENT)) {
            long at = map.offset(Place.buffer(region, 0));
            assertThat(starts.put(at, region)).as("%s", region).isNull();
            assertThat(at).isBetween(compilation.arena().bytes(), map.bytes() - 1);
        }
    }

    static Compilation compile(String architecture, int size, Precision precision, boolean less) {
        var program = Networks.program(architecture, size);
        return Compilation.of(program, StepPlan.training(program, less, true), ROWS, precision);
    }
}
