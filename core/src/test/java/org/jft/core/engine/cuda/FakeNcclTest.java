package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.FloatPointer;
import org.jft.core.engine.cuda.driver.Communicator;
import org.jft.core.engine.cuda.driver.Graph;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Nccl;
import org.jft.core.engine.cuda.driver.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of a communicator, as far as its fake keeps it for the tests of others. */
class FakeNcclTest {
    private static final int COUNT = 1000;

    private final Nccl nccl = new FakeNccl(Duration.ofSeconds(5));
    private final long seed = System.nanoTime();

    /** What a rank does with a vector of its own. */
    private interface Work {
        void run(Communicator communicator, Memory vector, Stream stream);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void shouldLeaveEveryRankWithTheSumInRankOrder(int size) throws Exception {
        float[] expected = drawn(0);
        for (int rank = 1; rank < size; rank++) {
            float[] other = drawn(rank);
            for (int i = 0; i < COUNT; i++) {
                expected[i] += other[i];
            }
        }

        List<float[]> sums =
                ranks(nccl, size, (at, vector, stream) -> at.sum(vector.address(), COUNT, stream));

        for (float[] sum : sums) {
            assertThat(sum).as("seed=%s", seed).isEqualTo(expected);
        }
    }

    @Test
    void shouldSumAtEveryLaunchOfAGraphAndNotWhenItIsCaptured() throws Exception {
        List<float[]> sums =
                ranks(
                        nccl,
                        2,
                        (at, vector, stream) -> {
                            stream.beginCapture();
                            at.sum(vector.address(), COUNT, stream);
                            try (Graph graph = stream.endCapture()) {
                                stream.launch(graph);
                                stream.launch(graph);
                            }
                        });

        float[] first = drawn(0);
        float[] second = drawn(1);
        for (int i = 0; i < COUNT; i++) {
            assertThat(sums.get(0)[i]).isEqualTo(2 * (first[i] + second[i]));
        }
    }

    @Test
    void shouldObjectToDifferingCounts() {
        assertThatThrownBy(
                        () ->
                                ranks(
                                        nccl,
                                        2,
                                        (at, vector, stream) ->
                                                at.sum(
                                                        vector.address(),
                                                        COUNT - at.rank(),
                                                        stream)))
                .hasRootCauseInstanceOf(AssertionError.class)
                .hasRootCauseMessage("rank 0 sums 1,000 values, rank 1 999");
    }

    @Test
    void shouldNotWaitForEverForARankThatDoesNotSum() {
        Nccl hasty = new FakeNccl(Duration.ofMillis(200));
        assertThatThrownBy(
                        () ->
                                ranks(
                                        hasty,
                                        2,
                                        (at, vector, stream) -> {
                                            if (at.rank() == 0) {
                                                at.sum(vector.address(), COUNT, stream);
                                            }
                                        }))
                .hasStackTraceContaining("rank 0 waited for the others to sum");
    }

    @Test
    void shouldObjectToASumOutsideMemoryAndToOneAfterTheEnd() {
        FakeGpu gpu = FakeGpu.recording();
        Memory vector = gpu.allocate(Float.BYTES * COUNT, "a vector");
        Stream stream = gpu.stream();
        Communicator alone = nccl.communicator(gpu, nccl.communicatorId(), 0, 1);

        assertThatThrownBy(() -> alone.sum(vector.address(), COUNT + 1, stream))
                .hasMessageContaining("where nothing is allocated");
        alone.close();
        assertThatThrownBy(() -> alone.sum(vector.address(), COUNT, stream))
                .hasMessageContaining("used after it was closed");
    }

    private float[] drawn(int rank) {
        Random random = new Random(seed + rank);
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Lets each rank work on a vector of random numbers and returns the vectors. */
    private List<float[]> ranks(Nccl group, int size, Work work) throws Exception {
        byte[] id = group.communicatorId();
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            List<Future<float[]>> all = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                int own = rank;
                all.add(threads.submit(() -> rank(group, id, own, size, work)));
            }
            List<float[]> results = new ArrayList<>();
            for (Future<float[]> each : all) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new Exception(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private float[] rank(Nccl group, byte[] id, int rank, int size, Work work) {
        FakeGpu gpu = FakeGpu.emulating((kernel, grid, arguments) -> {});
        try (Memory vector = gpu.allocate(Float.BYTES * COUNT, "a vector");
                Stream stream = gpu.stream();
                Communicator communicator = group.communicator(gpu, id, rank, size)) {
            FloatPointer values = new FloatPointer(FakeGpu.pointer(vector.address()));
            values.put(drawn(rank));
            work.run(communicator, vector, stream);
            float[] result = new float[COUNT];
            values.get(result);
            return result;
        }
    }
}
