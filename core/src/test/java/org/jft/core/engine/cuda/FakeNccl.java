package org.jft.core.engine.cuda;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.FloatPointer;
import org.jft.core.engine.cuda.driver.Communicator;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Nccl;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * NCCL without NCCL: ranks are threads of this process, each with a {@link FakeGpu} of its own.
 * Sums are done in rank order. Ranks that do not do the same, or not in time, fail.
 */
final class FakeNccl implements Nccl {
    private static final Random IDS = new Random();

    private final Duration patience;
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    /**
     * Makes one for all ranks.
     *
     * @param patience how long a rank waits for the others
     */
    FakeNccl(Duration patience) {
        this.patience = patience;
    }

    @Override
    public byte[] communicatorId() {
        byte[] id = new byte[ID_BYTES];
        IDS.nextBytes(id);
        return id;
    }

    @Override
    public Communicator communicator(Gpu gpu, byte[] id, int rank, int size) {
        ((FakeGpu) gpu).mayFail("communicator");
        Group group = groups.computeIfAbsent(Arrays.toString(id), key -> new Group(size));
        group.enter(rank, size);
        return ((FakeGpu) gpu).made(new Member(group, (FakeGpu) gpu, rank));
    }

    /** What the ranks of one id share. */
    private final class Group {
        private final float[][] vectors;
        private final boolean[] entered;
        private final CyclicBarrier barrier;

        Group(int size) {
            vectors = new float[size][];
            entered = new boolean[size];
            barrier = new CyclicBarrier(size);
        }

        void enter(int rank, int size) {
            synchronized (entered) {
                if (size != entered.length || rank < 0 || rank >= size || entered[rank]) {
                    throw new AssertionError(
                            "rank %d of %d joins a group of %d, or twice"
                                    .formatted(rank, size, entered.length));
                }
                entered[rank] = true;
            }
            await(rank, "join");
        }

        void await(int rank, String what) {
            try {
                barrier.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            } catch (BrokenBarrierException | TimeoutException e) {
                throw new AssertionError(
                        "rank %d waited for the others to %s".formatted(rank, what), e);
            }
        }

        float[] sum(int rank, float[] own) {
            vectors[rank] = own;
            await(rank, "sum");
            float[] total = vectors[0].clone();
            for (int other = 1; other < vectors.length; other++) {
                if (vectors[other].length != total.length) {
                    throw new AssertionError(
                            "rank 0 sums %,d values, rank %d %,d"
                                    .formatted(total.length, other, vectors[other].length));
                }
                for (int i = 0; i < total.length; i++) {
                    total[i] += vectors[other][i];
                }
            }
            await(rank, "end a sum");
            return total;
        }
    }

    private record Member(Group group, FakeGpu gpu, int rank) implements Communicator {
        @Override
        public int size() {
            return group.vectors.length;
        }

        @Override
        public void sum(long address, long count, Stream stream) {
            gpu.mayFail("sum");
            gpu.require(this, "a communicator");
            gpu.requireInside(address, Float.BYTES * count, "sum");
            String detail = "sum of %d at 0x%x".formatted(count, address);
            gpu.enqueue(stream, "nccl", detail, 1, () -> add(address, Math.toIntExact(count)));
        }

        private void add(long address, int count) {
            gpu.require(this, "a communicator");
            FloatPointer vector = new FloatPointer(FakeGpu.pointer(address));
            float[] own = new float[count];
            vector.get(own);
            vector.put(group.sum(rank, own));
        }

        @Override
        public void close() {
            gpu.calls.add(new FakeGpu.Call("", "leave", "a group"));
            gpu.closed(this);
        }
    }
}
