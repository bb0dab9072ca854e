package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.Alternatives.Way;
import org.jft.core.engine.cuda.driver.CudaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways that take known times on a GPU whose clock is its work. */
class AlternativesTest {
    @TempDir private Path folder;

    private final FakeGpu gpu = FakeGpu.recording();
    private final List<Device> devices = new ArrayList<>();

    @AfterEach
    void close() {
        devices.forEach(Device::close);
        assertThat(gpu.openCount()).isZero();
    }

    @Test
    void shouldTakeTheFastestOverAllParts() {
        Alternatives choice = new Alternatives("work", 1);
        Way left = choice.way("left", device -> true);
        Way right = choice.way("right", device -> true);
        Step first = choice.part(Map.of(left, work("l1", 1), right, work("r1", 2)));
        Step second = choice.part(Map.of(left, work("l2", 5), right, work("r2", 2)));
        assertThat(run(device(), first, second)).containsExactly("r1", "r2");
    }

    @Test
    void shouldTakeTheOneNamedFirstIfItIsNearlyAsFast() {
        assertThat(run(device(), two("a", 1.05, 104, 100))).containsExactly("left");
        assertThat(run(device(), two("b", 1.05, 106, 100))).containsExactly("right");
        assertThat(run(device(), two("c", 1, 100, 100))).containsExactly("left");
    }

    @Test
    void shouldNotTimeWhatRunsElsewhereOnly() {
        Alternatives choice = new Alternatives("work", 1);
        Way here = choice.way("here", device -> true);
        Way elsewhere = choice.way("elsewhere", device -> device.major() > 9);
        Step step = choice.part(Map.of(here, work("slow", 9), elsewhere, work("fast", 1)));
        assertThat(run(device(), step)).containsExactly("slow");
        assertThat(gpu.work()).isEmpty();
    }

    @Test
    void shouldDoWithoutAWayThatHasNoCode() {
        Alternatives choice = new Alternatives("work", 1);
        Way missing = choice.way("missing", device -> true);
        Way there = choice.way("there", device -> true);
        Step step = choice.part(Map.of(missing, List.of(unsupported()), there, work("there", 5)));
        assertThat(run(device(), step)).containsExactly("there");
    }

    @Test
    void shouldSayWhatIsMissingWhereNoWayHasCode() {
        Alternatives choice = new Alternatives("work", 1);
        Way missing = choice.way("missing", device -> true);
        Way other = choice.way("other", device -> true);
        Step step =
                choice.part(Map.of(missing, List.of(unsupported()), other, List.of(unsupported())));
        assertThatThrownBy(() -> run(device(), step))
                .isInstanceOf(CudaException.Unsupported.class)
                .hasMessageContaining("no engine");
    }

    /** Another layer of the same shape, and another process. */
    @Test
    void shouldTimeEqualWorkOnce() {
        Device device = device();
        run(device, two("work", 1, 3, 2));
        double timed = gpu.clock;
        assertThat(run(device, two("work", 1, 1, 2))).containsExactly("right");
        assertThat(run(device(), two("work", 1, 1, 2))).containsExactly("right");
        assertThat(gpu.clock).as("nothing is timed again").isEqualTo(timed);
        assertThat(run(device, two("other work", 1, 1, 2))).containsExactly("left");
    }

    @Test
    void shouldTimeAgainWhatHasLostItsCode() {
        run(device(), two("work", 1, 3, 2));
        Alternatives choice = new Alternatives("work", 1);
        Way left = choice.way("left", device -> true);
        Way right = choice.way("right", device -> true);
        Step step = choice.part(Map.of(left, work("left", 3), right, List.of(unsupported())));
        assertThat(run(device(), step)).containsExactly("left");
    }

    private static Step two(String work, double slack, double left, double right) {
        Alternatives choice = new Alternatives(work, slack);
        Way first = choice.way("left", device -> true);
        Way second = choice.way("right", device -> true);
        return choice.part(Map.of(first, work("left", left), second, work("right", right)));
    }

    private static List<Step> work(String name, double millis) {
        return List.of(
                (device, addresses) ->
                        stream ->
                                ((FakeGpu) device.gpu())
                                        .enqueue(stream, "test", name, millis, () -> {}));
    }

    private static Step unsupported() {
        return (device, addresses) -> {
            throw new CudaException.Unsupported("no engine");
        };
    }

    private Device device() {
        Device device =
                new Device(
                        new Libraries(
                                gpu,
                                new FakeDnn(gpu, null),
                                new FakeBlas(gpu),
                                new FakeCompiler(gpu),
                                new FakeNccl(Duration.ofSeconds(1))),
                        Precision.BF16,
                        folder);
        devices.add(device);
        return device;
    }

    /** Prepares, which may time, then runs once; returns what ran then. */
    private List<String> run(Device device, Step... steps) {
        Step.Work work = Alternatives.prepare(List.of(steps), device, place -> 0);
        double before = gpu.clock;
        gpu.calls.clear();
        try (var stream = gpu.stream()) {
            work.enqueue(stream);
        }
        List<String> ran = gpu.calls.stream().map(FakeGpu.Call::detail).toList();
        gpu.calls.clear();
        gpu.clock = before;
        return ran;
    }
}
