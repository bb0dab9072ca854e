package org.jft.parity;

import static com.google.common.base.Preconditions.checkState;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jft.core.config.EngineConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.Pass;
import org.jft.core.engine.RanksInMemory;

/**
 * Engines of several ranks whose batch norms are over the rows of all, behind the contract of one:
 * rows are dealt out and put together again, gradients summed. Each rank has one row and the last
 * one the rest; with fewer rows there are fewer ranks.
 */
final class RanksEngine implements Engine {
    /** Makes them. */
    record Factory(EngineFactory ofRank, int most) implements EngineFactory {
        @Override
        public String name() {
            return ofRank.name();
        }

        @Override
        public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
            return new RanksEngine(ofRank, Math.min(most, batchSize), network, batchSize, config);
        }

        @Override
        public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public double matrixMultiplyFlops(EngineConfig config) {
            throw new UnsupportedOperationException();
        }
    }

    private final ExecutorService[] threads; // by rank, as all below
    private final Engine[] engines;
    private final int[] firstRow; // and the end
    private final FloatBuffer parameters;
    private final FloatBuffer gradients;

    private RanksEngine(
            EngineFactory factory, int ranks, NetworkSpec network, int rows, EngineConfig config) {
        firstRow = IntStream.rangeClosed(0, ranks).map(r -> r < ranks ? r : rows).toArray();
        threads = new ExecutorService[ranks];
        Arrays.setAll(threads, rank -> Executors.newSingleThreadExecutor());
        RanksInMemory memory = new RanksInMemory(ranks);
        engines =
                onAll(
                                rank -> {
                                    Engine engine = factory.compile(network, rows, config);
                                    engine.shareStatistics(memory.exchange(rank));
                                    return engine;
                                })
                        .toArray(Engine[]::new);
        parameters = Draw.direct(Floats.copy(engines[0].parameters()));
        gradients = Draw.direct(new float[parameters.remaining()]);
    }

    /** Returns what each rank's thread makes of its number. */
    private <T> List<T> onAll(IntFunction<T> work) {
        return IntStream.range(0, threads.length)
                .mapToObj(
                        rank ->
                                CompletableFuture.supplyAsync(
                                        () -> work.apply(rank), threads[rank]))
                .toList() // all have begun
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    /** Returns a rank's rows of a row-major [N, ...]. */
    private FloatBuffer part(FloatBuffer all, int rank) {
        int row = all.remaining() / firstRow[threads.length];
        float[] part = new float[(firstRow[rank + 1] - firstRow[rank]) * row];
        all.get(all.position() + firstRow[rank] * row, part);
        return Draw.direct(part);
    }

    /** Returns the i-th of each rank's buffers, one behind the other. */
    private static float[] whole(List<List<float[]>> byRank, int i) {
        int length = byRank.stream().mapToInt(buffers -> buffers.get(i).length).sum();
        FloatBuffer whole = FloatBuffer.allocate(length);
        byRank.forEach(buffers -> whole.put(buffers.get(i)));
        return whole.array();
    }

    @Override
    public List<FloatBuffer> forward(List<EngineInput> inputs, Pass pass) {
        List<List<float[]>> outputs =
                onAll(
                        rank -> {
                            engines[rank].parameters().put(parameters.duplicate());
                            List<EngineInput> own = new ArrayList<>();
                            for (EngineInput input : inputs) {
                                FloatBuffer values = ((EngineInput.Tensor) input).values();
                                int rows = firstRow[rank + 1] - firstRow[rank];
                                own.add(new EngineInput.Tensor(part(values, rank), rows));
                            }
                            return engines[rank].forward(own, pass).stream()
                                    .map(Floats::copy)
                                    .toList();
                        });
        return IntStream.range(0, outputs.get(0).size())
                .mapToObj(i -> Draw.direct(whole(outputs, i)))
                .toList();
    }

    @Override
    public void backward(List<FloatBuffer> outputGradients, GradientListener onReady) {
        List<float[]> ofRanks =
                onAll(
                        rank -> {
                            List<FloatBuffer> own = new ArrayList<>();
                            outputGradients.forEach(gradient -> own.add(part(gradient, rank)));
                            engines[rank].backward(own, GradientListener.NONE);
                            return Floats.copy(engines[rank].gradients());
                        });
        for (Slice slice : layout().slices()) {
            for (int i = slice.offset(); i < slice.offset() + slice.length(); i++) {
                float first = ofRanks.get(0)[i];
                double sum = 0;
                for (float[] gradient : ofRanks) {
                    checkState(
                            slice.kind().trainable() || gradient[i] == first,
                            "ranks differ in %s of %s",
                            slice.kind(),
                            slice.layer());
                    sum += gradient[i];
                }
                gradients.put(i, slice.kind().trainable() ? (float) sum : first);
            }
        }
        onReady.onReady(0, gradients.capacity());
    }

    @Override
    public FloatBuffer inputGradient(int input) {
        List<List<float[]>> byRank =
                onAll(rank -> List.of(Floats.copy(engines[rank].inputGradient(input))));
        return Draw.direct(whole(byRank, 0));
    }

    @Override
    public String name() {
        return engines[0].name();
    }

    @Override
    public ParameterLayout layout() {
        return engines[0].layout();
    }

    @Override
    public FloatBuffer parameters() {
        return parameters.duplicate();
    }

    @Override
    public FloatBuffer gradients() {
        return gradients.duplicate();
    }

    @Override
    public void close() {
        onAll(
                rank -> {
                    engines[rank].close();
                    return rank;
                });
        for (ExecutorService thread : threads) {
            thread.shutdown();
        }
    }
}
