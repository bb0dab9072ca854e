package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.ScheduleConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.Pass;
import org.jft.core.engine.program.Lowering;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a device step and the engine around it owe each other. */
class CudaDeviceStepTest {
    private static final int ROWS = 4;
    private static final int SIZE = 16;
    private static final DeviceStep.Numbers NUMBERS = new DeviceStep.Numbers(0, 1, 0.1, 0, 0);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final FakeGpu gpu = FakeGpu.recording();

    @Test
    void shouldKeepItsUpdatesWhenSomebodyInfersBetweenSteps() {
        EngineInput first = image();
        EngineInput second = image();
        List<float[]> ends = new ArrayList<>();
        for (boolean inferring : new boolean[] {false, true}) {
            try (Engine engine = emulated()) {
                DeviceStep step = deviceStep(engine, 1);
                step(step, first);
                step.settle();
                array(engine.parameters()); // from here on the caller's are as good
                step(step, second);
                if (inferring) {
                    engine.forward(List.of(first), Pass.INFERENCE);
                }
                step(step, first);
                step.settle();
                ends.add(array(engine.parameters()));
            }
        }
        assertThat(ends.get(1)).as("seed=%s", seed).isEqualTo(ends.get(0));
    }

    @Test
    void shouldGoOnFromParametersThatTheCallerChanged() {
        EngineInput image = image();
        try (Engine engine = emulated()) {
            DeviceStep step = deviceStep(engine, 1);
            float[] start = array(engine.parameters());
            step(step, image);
            double first = step.loss();
            step(step, image);
            assertThat(step.loss()).isNotEqualTo(first);
            engine.parameters().put(0, start);
            step(step, image);
            assertThat(step.loss()).as("seed=%s", seed).isEqualTo(first);
        }
    }

    @Test
    void shouldSendTheNextBatchBesideTheStepThatRuns() {
        try (CudaEngine engine = recorded(Precision.BF16)) {
            DeviceStep step = deviceStep(engine, 1);
            step(step, image());
            step(step, image()); // captured from here on
            step.send(image(), labels(), 0);
            gpu.calls.clear();
            step.step(NUMBERS);
            String main = gpu.calls.get(gpu.calls.size() - 1).stream();
            gpu.calls.clear();
            step.send(image(), labels(), 0);
            assertThat(gpu.calls).extracting(FakeGpu.Call::what).contains("toDevice");
            assertThat(gpu.calls).noneMatch(call -> call.stream().equals(main));
            assertThat(gpu.calls).noneMatch(call -> call.what().equals("synchronize"));
            gpu.calls.clear();
            step.step(NUMBERS);
            List<String> before =
                    gpu.calls.stream()
                            .filter(call -> call.stream().equals(main))
                            .map(FakeGpu.Call::what)
                            .limit(5)
                            .toList();
            assertThat(before)
                    .containsExactly("wait", "onDevice", "onDevice", "onDevice", "record");
        }
    }

    @Test
    void shouldTakeOneBatchAtATimeAndItsLabelsInRange() {
        try (CudaEngine engine = recorded(Precision.BF16)) {
            DeviceStep step = deviceStep(engine, 1);
            assertThatThrownBy(() -> step.step(NUMBERS)).hasMessage("no batch has been sent");
            DeviceStep.Labels wrong = labels();
            wrong.ids()[2] = Networks.CLASSES;
            assertThatThrownBy(() -> step.send(image(), wrong, 0))
                    .hasMessage(
                            "label id %s is not in [0, %s)", Networks.CLASSES, Networks.CLASSES);
            step.send(image(), labels(), 0);
            assertThatThrownBy(() -> step.send(image(), labels(), 0))
                    .hasMessageContaining("no step has taken it");
        }
    }

    /** Each part goes back to the device once it is summed, and all are there before the update. */
    @Test
    void shouldExchangeEachPartAsSoonAsItIsFinal() {
        try (CudaEngine engine = recorded(Precision.BF16)) {
            DeviceStep step = deviceStep(engine, 2);
            step.send(image(), labels(), 0);
            step.accumulate(true, true);
            gpu.calls.clear();
            List<Integer> lengths = new ArrayList<>();
            step.exchange(
                    part -> {
                        lengths.add(part.remaining());
                        gpu.calls.add(new FakeGpu.Call("", "sum", ""));
                    });
            assertThat(lengths).hasSizeGreaterThan(3);
            assertThat(lengths.stream().mapToInt(l -> l).sum()).isEqualTo(engine.layout().length());
            List<String> calls = gpu.calls.stream().map(FakeGpu.Call::what).toList();
            int firstSum = calls.indexOf("sum");
            assertThat(calls.subList(0, firstSum))
                    .as("all copies are under way before the first sum")
                    .filteredOn("toHost"::equals)
                    .hasSize(lengths.size());
            for (int i = firstSum; i < calls.size() - 2; i += 2) {
                assertThat(calls.subList(i, i + 2)).containsExactly("sum", "toDevice");
            }
            assertThat(calls.subList(calls.size() - 2, calls.size()))
                    .containsExactly("record", "wait");
        }
    }

    /** A sum that waits for a worker that is gone has no end. */
    @Test
    void shouldLeaveItsGroupBeforeItWaitsForTheDevice() {
        CudaEngine engine = recorded(Precision.BF16);
        DeviceStep step = deviceStep(engine, 2);
        step.join(step.groupId(), 0, 1);
        step.send(image(), labels(), 0);
        step.accumulate(true, true);
        step.sumOverGroup();
        assertThat(gpu.calls).extracting(FakeGpu.Call::what).contains("nccl");
        gpu.calls.clear();
        engine.close();
        List<String> calls = gpu.calls.stream().map(FakeGpu.Call::what).toList();
        assertThat(calls).startsWith("leave", "synchronize");
        assertThat(gpu.openCount()).isZero();
    }

    @Test
    void shouldLeaveTheLossScaleToTheDeviceWhoeverPasses() {
        try (CudaEngine engine = recorded(Precision.FP16)) {
            DeviceStep step = deviceStep(engine, 1);
            step(step, image());
            gpu.calls.clear();
            engine.forward(List.of(image()), Pass.INFERENCE);
            assertThat(gpu.calls)
                    .filteredOn(call -> call.what().equals("toDevice"))
                    .noneMatch(call -> call.detail().endsWith(", " + PassNumbers.BYTES))
                    .anyMatch(call -> call.detail().endsWith(", " + PassNumbers.HOST_BYTES));
        }
    }

    @Test
    void shouldNotTimePlansInMemoryThatAStepStillUses() {
        try (CudaEngine engine = recorded(Precision.BF16)) {
            DeviceStep step = deviceStep(engine, 1);
            step.send(image(), labels(), 0);
            gpu.calls.clear();
            step.step(NUMBERS);
            String main = gpu.calls.get(gpu.calls.size() - 1).stream();
            gpu.calls.clear();
            engine.forward(List.of(image(ROWS / 2)), Pass.training(0)); // of other shapes
            List<FakeGpu.Call> calls = gpu.calls;
            FakeGpu.Call timed =
                    calls.stream()
                            .filter(call -> call.what().equals("dnn"))
                            .filter(call -> !call.stream().equals(main))
                            .findFirst()
                            .orElseThrow();
            assertThat(calls.subList(0, calls.indexOf(timed)))
                    .anyMatch(
                            call ->
                                    call.what().equals("synchronize")
                                            && call.stream().equals(main));
        }
    }

    @Test
    void shouldNotGoBackwardThroughAPassThatAStepOverwrote() {
        try (CudaEngine engine = recorded(Precision.BF16)) {
            DeviceStep step = deviceStep(engine, 1);
            engine.forward(List.of(image()), Pass.training(0));
            step(step, image());
            assertThatThrownBy(() -> engine.backward(List.of(), (offset, length) -> {}))
                    .hasMessageContaining("backward needs a forward pass");
        }
    }

    @Test
    void shouldSayWhichBatchFitsBesideTheOptimizersState() {
        NetworkSpec network = Networks.spec("resnet8s", SIZE);
        EngineConfig config = new EngineConfig("cuda", Precision.BF16, 0, null, false);
        long memory = new CudaEngineFactory().memoryBytes(network, ROWS, config);
        try (CudaEngine engine = engine(FakeGpu.of(90, memory + 100_000), Precision.BF16)) {
            assertThatThrownBy(() -> deviceStep(engine, 1))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("the optimizer's state needs")
                    .hasMessageMatching(".*a batch of [1-3] fits.*");
        }
    }

    @Test
    void shouldRefuseStepsAfterTheEngineIsClosed() {
        CudaEngine engine = recorded(Precision.BF16);
        DeviceStep step = deviceStep(engine, 1);
        engine.close();
        assertThatThrownBy(() -> step.send(image(), labels(), 0)).hasMessageContaining("closed");
        assertThatThrownBy(() -> step.step(NUMBERS)).hasMessageContaining("closed");
        assertThatThrownBy(step::settle).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @CsvSource({
        "allocate, 3",
        "pin, 4",
        "pin, 7",
        "stream, 4",
        "event, 2",
        "launch, 5",
        "copy, 5",
        "copy, 11",
        "synchronize, 4",
    })
    void shouldLeaveNothingOpenWhenACallFails(String kind, int n) {
        gpu.failOn(kind, n);
        assertThatThrownBy(
                        () -> {
                            try (CudaEngine engine = recorded(Precision.BF16)) {
                                DeviceStep step = deviceStep(engine, 1);
                                for (int i = 0; i < 3; i++) {
                                    step(step, image());
                                }
                            }
                        })
                .isInstanceOf(JftException.class)
                .hasMessageContaining(kind);
        assertThat(gpu.hasFailed(kind)).isTrue();
        assertThat(gpu.openCount()).isZero();
    }

    private static void step(DeviceStep step, EngineInput image) {
        step.send(image, labels(), 0);
        step.step(NUMBERS);
        assertThat(step.loss()).isNotNegative();
        step.finite();
    }

    private static DeviceStep deviceStep(Engine engine, int microBatches) {
        FloatBuffer state =
                ByteBuffer.allocateDirect(Float.BYTES * engine.layout().length())
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        TrainConfig config =
                new TrainConfig(
                        ROWS * microBatches,
                        ROWS,
                        null,
                        1L,
                        ObjectiveConfig.plain(TrainConfig.Objective.SOFTMAX),
                        new OptimizerConfig(
                                OptimizerConfig.Kind.SGD, 0.9, null, null, 0, null, null),
                        new ScheduleConfig(
                                ScheduleConfig.Kind.CONSTANT, 0.1, 0, 0, null, null, null, 0),
                        0,
                        0,
                        null);
        return engine.deviceStep(config, state).orElseThrow();
    }

    private CudaEngine recorded(Precision precision) {
        return engine(gpu, precision);
    }

    private static CudaEngine engine(FakeGpu on, Precision precision) {
        NetworkSpec network = Networks.spec("resnet8s", SIZE);
        ParameterLayout layout = GraphLayouts.of(network.graph());
        Device device = EmulatedCuda.device(on, new FakeDnn(on, null), precision);
        try {
            return new CudaEngine(
                    device,
                    Lowering.lower(network, layout),
                    layout,
                    ROWS,
                    new EngineConfig("cuda", precision, 0, null, false));
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private static Engine emulated() {
        return new EmulatedCuda(false)
                .compile(
                        Networks.spec("resnet8s", SIZE),
                        ROWS,
                        new EngineConfig("cuda", Precision.FP32, 0, null, false));
    }

    private static DeviceStep.Labels labels() {
        float[] sure = {1, 1, 1, 1};
        return new DeviceStep.Labels(
                IntStream.rangeClosed(0, ROWS).toArray(), new int[] {0, 1, 2, 0}, sure);
    }

    private EngineInput image() {
        return image(ROWS);
    }

    private EngineInput image(int rows) {
        byte[] pixels = new byte[rows * SIZE * SIZE * 3];
        random.nextBytes(pixels);
        return new EngineInput.Pixels(
                ByteBuffer.allocateDirect(pixels.length).put(pixels).flip(),
                rows,
                SIZE,
                SIZE,
                List.of(127f, 127f, 127f),
                List.of(64f, 64f, 64f));
    }

    private static float[] array(FloatBuffer values) {
        float[] array = new float[values.remaining()];
        values.get(values.position(), array);
        return array;
    }
}
