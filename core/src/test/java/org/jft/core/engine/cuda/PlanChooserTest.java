package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionForward;
import org.jft.core.engine.cuda.driver.OperationGraph.Sliding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanChooserTest {
    private static final int RUNS =
            8; // of a plan: two to load it, one to look at it, five to time it
    private static final int LOOKED_AT = 3;

    @TempDir private Path folder;

    private final FakeGpu gpu = FakeGpu.recording();
    private final FakeDnn dnn = new FakeDnn(gpu, null);

    @Test
    void shouldTakeTheFastestAndCloseTheOthers() {
        int before = gpu.openCount();
        try (PlanChooser chooser = chooser(Precision.BF16)) {
            assertThat(name(chooser, graph(64))).contains("engine1");
            assertThat(gpu.openCount()).as("the chosen one, and the memory").isEqualTo(before + 2);
        }
    }

    @Test
    void shouldAskOncePerGraph() {
        try (PlanChooser chooser = chooser(Precision.BF16)) {
            name(chooser, graph(64));
            name(chooser, graph(64));
            name(chooser, graph(32));
        }
        assertThat(dnn.searches).isEqualTo(2);
    }

    @Test
    void shouldRememberBetweenProcesses() {
        try (PlanChooser first = chooser(Precision.BF16)) {
            name(first, graph(64));
        }
        int runs = gpu.work().size();
        try (PlanChooser second = chooser(Precision.BF16)) {
            assertThat(name(second, graph(64))).contains("engine1");
        }
        assertThat(dnn.searches).as("heuristics asked").isEqualTo(1);
        assertThat(gpu.work()).as("nothing is timed again").hasSize(runs);
    }

    @Test
    void shouldMeasureAgainWhatCuDnnNoLongerProposesOrTheFileLost() throws IOException {
        try (PlanChooser first = chooser(Precision.BF16)) {
            name(first, graph(64));
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        try (PlanChooser second = chooser(Precision.BF16)) {
            assertThat(name(second, graph(64))).contains("engine1");
        }
        assertThat(dnn.searches).isEqualTo(2);
    }

    @Test
    void shouldAskAgainNextTimeWhereCuDnnFailedRatherThanRefused() {
        gpu.failOn("finalize", 1);
        try (PlanChooser first = chooser(Precision.BF16)) {
            assertThat(name(first, graph(64))).isEmpty();
            long[] none = new long[3];
            assertThatThrownBy(() -> first.choose(graph(64), none, 0))
                    .hasMessageContaining("finalize failed");
        }
        try (PlanChooser second = chooser(Precision.BF16)) {
            assertThat(name(second, graph(64))).contains("engine1");
        }
    }

    @Test
    void shouldRememberThatThereIsNoEngine() {
        dnn.refuse(graph -> true);
        try (PlanChooser first = chooser(Precision.BF16)) {
            assertThat(name(first, graph(64))).isEmpty();
        }
        try (PlanChooser second = chooser(Precision.BF16)) {
            assertThat(name(second, graph(64))).isEmpty();
        }
        assertThat(dnn.searches).isEqualTo(1);
    }

    @Test
    void shouldKeepChoicesApartByAllThatDecidesThem() {
        DeviceInfo info = gpu.info();
        Choices bf16 = new Choices(info, 91_900, Precision.BF16, folder);
        Choices fp16 = new Choices(info, 91_900, Precision.FP16, folder);
        Choices newer = new Choices(info, 92_000, Precision.BF16, folder);
        Choices other =
                new Choices(FakeGpu.of(80, 1L << 30).info(), 91_900, Precision.BF16, folder);
        String work = graph(64).key();
        assertThat(bf16.key(work))
                .isEqualTo(bf16.key(graph(64).key()))
                .isNotEqualTo(bf16.key(graph(32).key()))
                .isNotEqualTo(fp16.key(work))
                .isNotEqualTo(newer.key(work))
                .isNotEqualTo(other.key(work))
                .contains("Fake", "sm_90", "driver 13000", "cuDNN 91900", "BF16");
    }

    @Test
    void shouldLeaveOutAPlanThatFailsToRun() {
        gpu.failOn("execute", 3); // the second, behind two of the first
        try (PlanChooser chooser = chooser(Precision.BF16)) {
            assertThat(name(chooser, graph(64))).contains("engine2");
        }
        assertThat(gpu.hasFailed("execute")).isTrue();
    }

    /** It may run next time. */
    @Test
    void shouldNotRememberThatAllPlansFailed() {
        dnn.millis = new double[] {1};
        gpu.failOn("execute", 1);
        try (PlanChooser first = chooser(Precision.BF16)) {
            assertThat(name(first, graph(64))).isEmpty();
        }
        try (PlanChooser second = chooser(Precision.BF16)) {
            assertThat(name(second, graph(64))).contains("engine0");
        }
        assertThat(dnn.searches).isEqualTo(2);
    }

    @Test
    void shouldNotRunAgainWhatIsSeveralTimesSlower() {
        dnn.millis = new double[] {2, 100, 1};
        try (PlanChooser chooser = chooser(Precision.BF16)) {
            assertThat(name(chooser, graph(64))).contains("engine2");
        }
        assertThat(gpu.work()).hasSize(2 * RUNS + LOOKED_AT);
    }

    @Test
    void shouldLeaveNothingOpenWhenTheDeviceIsLost() {
        int before = gpu.openCount();
        gpu.failOn("execute", 3);
        gpu.failOn("synchronize", 1);
        try (PlanChooser chooser = chooser(Precision.BF16);
                Memory memory = gpu.allocate(1 << 20, "test")) {
            long[] addresses = {memory.address(), memory.address(), memory.address()};
            assertThatThrownBy(() -> chooser.choose(graph(64), addresses, memory.address()))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("execute");
        }
        assertThat(gpu.openCount()).isEqualTo(before);
    }

    private PlanChooser chooser(Precision precision) {
        Choices choices = new Choices(gpu.info(), dnn.version(), precision, folder);
        return new PlanChooser(gpu, dnn, precision == Precision.FP32, choices);
    }

    private Optional<String> name(PlanChooser chooser, OperationGraph graph) {
        Memory memory = gpu.allocate(1 << 20, "test"); // for all of the graph's arrays
        long at = memory.address();
        try {
            return Optional.of(chooser.choose(graph, new long[] {at, at, at}, at).name());
        } catch (CudaException.Unsupported e) {
            return Optional.empty();
        }
    }

    private static OperationGraph graph(long channels) {
        Array x = Array.of("x", Element.BFLOAT16, 2, channels, 8, 8);
        Array w = Array.of("w", Element.BFLOAT16, 16, channels, 1, 1);
        Array y = Array.of("y", Element.BFLOAT16, 2, 16, 8, 8);
        List<Long> none = List.of(0L, 0L);
        List<Long> one = List.of(1L, 1L);
        return new OperationGraph(
                "convolution",
                List.of(new ConvolutionForward(x, w, y, new Sliding(none, none, one, one))));
    }
}
