package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
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
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine asks of a GPU that writes everything down. */
class CudaEngineTest {
    private static final int ROWS = 4;
    private static final int SIZE = 32;

    private final FakeGpu gpu = FakeGpu.recording();
    private final FakeDnn dnn = new FakeDnn(gpu, null);

    @Test
    void shouldReplayWhatItLaunchedOneByOne() {
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            List<List<String>> passes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                gpu.calls.clear();
                step(engine);
                passes.add(gpu.work());
            }
            // The first pass is preceded by the timing of plans.
            List<String> first = passes.get(0);
            List<String> third = passes.get(2);
            assertThat(third).hasSizeGreaterThan(60);
            assertThat(passes.get(1)).isEqualTo(third);
            assertThat(first.subList(first.size() - third.size(), first.size())).isEqualTo(third);
        }
    }

    @Test
    void shouldCaptureForwardOnceAndBackwardOnceASegment() {
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            long captures = gpu.calls.stream().filter(c -> c.what().equals("captured")).count();
            assertThat(captures).isBetween(3L, 6L);
            gpu.calls.clear();
            step(engine);
            assertThat(gpu.calls).noneMatch(call -> call.what().equals("captured"));
        }
    }

    /** Head to stem; each range is copied from where it lies, behind the segment that ends it. */
    @Test
    void shouldSendGradientsInTheOrderOfBackward() {
        try (CudaEngine engine = engine(gpu, "resnet50", Precision.BF16)) {
            List<Integer> offsets = new ArrayList<>();
            List<Integer> ends = new ArrayList<>();
            engine.forward(List.of(image()), Pass.training(0));
            gpu.calls.clear();
            engine.backward(
                    List.of(floats(ROWS * Networks.CLASSES)),
                    (offset, length) -> {
                        offsets.add(offset);
                        ends.add(offset + length);
                    });
            assertThat(offsets).hasSizeGreaterThan(3);
            assertThat(ends.get(0)).as("the head first").isEqualTo(engine.layout().length());
            assertThat(offsets.get(offsets.size() - 1)).as("the stem last").isZero();
            List<String> side = new ArrayList<>();
            for (FakeGpu.Call call : gpu.calls) {
                if (call.what().equals("wait") || call.what().equals("toHost")) {
                    side.add(call.what());
                }
            }
            assertThat(side).as("each copy waits for its segment").startsWith("wait", "toHost");
            assertThat(side.stream().filter("wait"::equals).count())
                    .isEqualTo(gpu.calls.stream().filter(c -> c.what().equals("wait")).count());
            assertThat(side.stream().filter("toHost"::equals)).hasSize(offsets.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet8s of BiT"})
    void shouldAllocateWhatItSaidAndNoMore(String architecture) {
        for (Precision precision : Precision.values()) {
            FakeGpu own = FakeGpu.recording();
            long before = own.freeBytes();
            NetworkSpec network = Networks.spec(architecture, SIZE);
            long said =
                    new CudaEngineFactory().memoryBytes(network, ROWS, config(precision, false));
            try (CudaEngine engine = engine(own, architecture, precision)) {
                engine.forward(List.of(image()), Pass.INFERENCE);
                step(engine);
                assertThat(before - own.freeBytes()).as("%s", precision).isEqualTo(said);
            }
            assertThat(own.freeBytes()).isEqualTo(before);
        }
    }

    @Test
    void shouldSayWhichBatchFits() {
        NetworkSpec network = Networks.spec("resnet8s", SIZE);
        CudaEngineFactory factory = new CudaEngineFactory();
        EngineConfig config = config(Precision.BF16, false);
        long memory = factory.memoryBytes(network, ROWS - 1, config);
        try (CudaEngine engine = engine(FakeGpu.of(90, memory), "resnet8s", Precision.BF16)) {
            assertThatThrownBy(() -> step(engine))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("a pass over 4 rows needs")
                    .hasMessageContaining("a batch of 3 fits")
                    .hasMessageContaining("engine.recompute=true needs less")
                    .hasMessageContaining("Fake");
        }
    }

    @Test
    void shouldRunKernelsOfItsOwnWhereCuDnnDoesNotFuse() {
        dnn.refuse(graph -> graph.pattern().contains("norm"));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            assertThat(gpu.work()).contains("norm_statistics", "norm_apply", "norm_backward_data");
            assertThat(gpu.work()).noneMatch(work -> work.startsWith("norm add relu"));
        }
    }

    /** Which form cuDNN recognises is not documented in full. */
    @ParameterizedTest
    @ValueSource(strings = {"zero:FLOAT", "zero:BFLOAT16", "running"})
    void shouldSpellAFusedGraphAsCuDnnTakesIt(String form) {
        boolean running = form.equals("running");
        dnn.refuse(
                graph ->
                        graph.pattern().equals("norm add relu")
                                && (running || graph.key().contains("mask"))
                                && !graph.key().contains(form));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            assertThat(gpu.work()).contains("norm add relu", "relu fork norm backward");
            assertThat(gpu.work()).doesNotContain("norm_apply");
        }
    }

    @Test
    void shouldSaveWhatBackwardHandsOnInEitherType() {
        dnn.refuse(graph -> graph.key().contains("masked:BFLOAT16[4,64,8,8]*"));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            assertThat(gpu.work()).contains("relu fork norm backward").doesNotContain("norm_apply");
        }
    }

    /** A mask that cuDNN wrote is cuDNN's to read: they go together or not at all. */
    @Test
    void shouldFuseForwardAndBackwardOnlyTogether() {
        dnn.refuse(graph -> graph.pattern().equals("relu fork norm backward"));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            assertThat(gpu.work()).contains("norm_apply");
            assertThat(gpu.work()).noneMatch(work -> work.startsWith("norm add relu"));
        }
    }

    /** In float16, on the fake where a convolution with sums takes as long as one without. */
    @Test
    void shouldTakeStatisticsFromTheConvolutionWhereThatIsFastest() {
        dnn.refuse(graph -> graph.pattern().contains("norm"));
        List<String> work = workOfAStep(Precision.FP16);
        assertThat(work)
                .contains("convolution sums", "norm_statistics_of_sums", "norm_apply")
                .contains("norm_backward_data")
                .doesNotContain("norm_statistics", "norm_statistics_partial");
        // The head's and the stem's, too; what no norm follows is left alone.
        assertThat(count(work, "convolution sums")).isEqualTo(count(work, "norm_apply"));
        assertThat(workOfAStep(Precision.BF16))
                .contains("norm_statistics")
                .doesNotContain("convolution sums");
    }

    @Test
    void shouldNotTakeStatisticsFromTheConvolutionWhereFusedNormsAreFaster() {
        assertThat(workOfAStep(Precision.FP16))
                .contains("norm add relu", "relu fork norm backward", "convolution")
                .doesNotContain("convolution sums", "norm_apply");
    }

    @Test
    void shouldReadStatisticsItselfWhereTheConvolutionDoesNotLeaveThem() {
        dnn.refuse(graph -> graph.pattern().contains("norm") || graph.pattern().contains("sums"));
        assertThat(workOfAStep(Precision.FP16))
                .contains("norm_statistics", "convolution")
                .doesNotContain("norm_statistics_of_sums");
    }

    private List<String> workOfAStep(Precision precision) {
        try (CudaEngine engine = engine(gpu, "resnet8s", precision)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            return gpu.work();
        }
    }

    private static long count(List<String> work, String name) {
        return work.stream().filter(name::equals).count();
    }

    @Test
    void shouldTakeGradientsOfWeightsInTheShortTypeWhereThereIsNoOther() {
        dnn.refuse(
                graph ->
                        graph.pattern().equals("convolution backward filter")
                                && graph.toString().contains("w:FLOAT"));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            assertThat(gpu.work()).contains("gradient_to_kcrs");
        }
    }

    @Test
    void shouldNameTheShapeThatCuDnnCannotDo() {
        dnn.refuse(graph -> graph.pattern().equals("convolution"));
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            assertThatThrownBy(() -> step(engine))
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("x:BFLOAT16[4,8,32,32]")
                    .hasMessageContaining("Fake")
                    .hasMessageContaining("91900");
        }
    }

    /** Whatever fails and whenever: the sentence names it, and nothing is left open. */
    @ParameterizedTest
    @CsvSource({
        "allocate, 1",
        "allocate, 2",
        "pin, 1",
        "pin, 3",
        "pin, 4",
        "stream, 2",
        "event, 4",
        "load, 1",
        "load, 3",
        "kernel, 5",
        "compile, 2",
        "product, 1",
        "copy, 1",
        "copy, 5",
        "multiply, 2",
    })
    void shouldLeaveNothingOpenWhenACallFails(String kind, int n) {
        FakeGpu own = FakeGpu.recording();
        own.failOn(kind, n);
        assertThatThrownBy(
                        () -> {
                            try (CudaEngine engine = engine(own, "resnet8s", Precision.BF16)) {
                                for (int i = 0; i < 3; i++) {
                                    step(engine);
                                }
                            }
                        })
                .isInstanceOf(JftException.class)
                .hasMessageContaining(kind);
        assertThat(own.hasFailed(kind)).isTrue();
        assertThat(own.openCount()).isZero();
    }

    /** A library may refuse to be captured; the work is the same piece by piece. */
    @ParameterizedTest
    @CsvSource({"capture, 1", "capture, 3", "instantiate, 1"})
    void shouldRunPieceByPieceWhatCannotBeCaptured(String kind, int n) {
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            step(engine);
            gpu.calls.clear();
            step(engine);
            List<String> captured = gpu.work();
            try (CudaEngine other = engine(gpu, "resnet8s", Precision.BF16)) {
                step(other); // after which nothing is timed
                gpu.failOn(kind, n);
                for (int i = 0; i < 2; i++) {
                    gpu.calls.clear();
                    step(other);
                    assertThat(gpu.work()).isEqualTo(captured);
                }
            }
            assertThat(gpu.hasFailed(kind)).isTrue();
        }
    }

    /** The last of its kind; what fails while ways are timed may be done without. */
    @ParameterizedTest
    @ValueSource(strings = {"execute", "launch", "graph"})
    void shouldLeaveNothingOpenWhenAPassFails(String kind) {
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            trained(engine, kind);
        }
        FakeGpu own = FakeGpu.recording();
        own.failOn(kind, gpu.calls(kind));
        assertThatThrownBy(
                        () -> {
                            try (CudaEngine engine = engine(own, "resnet8s", Precision.BF16)) {
                                trained(engine, kind);
                            }
                        })
                .isInstanceOf(JftException.class)
                .hasMessageContaining(kind);
        assertThat(own.openCount()).isZero();
    }

    /** Until the engine makes calls of a kind: it captures in the second step. */
    private static void trained(CudaEngine engine, String kind) {
        step(engine);
        if (kind.equals("graph")) {
            step(engine);
        }
    }

    @Test
    void shouldLeaveNothingOpenAtTheEnd() {
        CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16);
        engine.forward(List.of(image()), Pass.INFERENCE);
        step(engine); // larger: the memory moves
        engine.close();
        engine.close();
        assertThat(gpu.openCount()).isZero();
    }

    @Test
    void shouldUploadTheParametersWithEachPass() {
        try (CudaEngine engine = engine(gpu, "resnet8s", Precision.BF16)) {
            engine.forward(List.of(image()), Pass.INFERENCE);
            gpu.calls.clear();
            engine.forward(List.of(image()), Pass.INFERENCE);
            long bytes = (long) Float.BYTES * engine.layout().length();
            Matcher copy = Pattern.compile(".*, (\\d+)").matcher(gpu.calls.get(0).detail());
            assertThat(copy.matches()).isTrue();
            assertThat(Long.parseLong(copy.group(1))).isEqualTo(bytes);
        }
    }

    private CudaEngine engine(FakeGpu on, String architecture, Precision precision) {
        NetworkSpec network = Networks.spec(architecture, SIZE);
        ParameterLayout layout = GraphLayouts.of(network.graph());
        FakeDnn own = on == gpu ? dnn : new FakeDnn(on, null);
        Device device = EmulatedCuda.device(on, own, precision);
        try {
            return new CudaEngine(
                    device,
                    Lowering.lower(network, layout),
                    layout,
                    ROWS,
                    config(precision, false));
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private static EngineConfig config(Precision precision, boolean recompute) {
        return new EngineConfig("cuda", precision, 0, null, recompute);
    }

    private static void step(CudaEngine engine) {
        engine.forward(List.of(image()), Pass.training(0));
        engine.backward(List.of(floats(ROWS * Networks.CLASSES)), GradientListener.NONE);
    }

    private static EngineInput image() {
        return new EngineInput.Pixels(
                ByteBuffer.allocateDirect(ROWS * SIZE * SIZE * 3),
                ROWS,
                SIZE,
                SIZE,
                List.of(1f, 2f, 3f),
                List.of(1f, 2f, 3f));
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Float.BYTES * count)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
