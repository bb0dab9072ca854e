package org.jft.data.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class SampleOrderTest {
    @Test
    void shouldVisitEverySampleOncePerEpoch() {
        for (int count = 1; count <= 200; count++) {
            for (int blockRows : new int[] {1, 3, 16, 500}) {
                for (int windowBlocks : new int[] {0, 1, 4, 1000}) {
                    assertEpochsAreBijective(
                            new SampleOrder(count, 5, blockRows, windowBlocks, Lanes.ONE));
                }
            }
        }
    }

    @Test
    void shouldVisitEverySampleOncePerEpochOfRandomShape() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            int count = 1 + random.nextInt(200_000);
            int blockRows = 1 + random.nextInt(300);
            int windowBlocks = random.nextInt(50);
            Lanes lanes = new Lanes(1 + random.nextInt(20), 1 + random.nextInt(200));
            assertEpochsAreBijective(new SampleOrder(count, seed, blockRows, windowBlocks, lanes));
        }
    }

    @Test
    void shouldNotRepeatASampleAmongThreeHundredMillion() {
        long seed = new Random().nextLong();
        for (int windowBlocks : new int[] {0, 4096}) {
            SampleOrder order = new SampleOrder(300_000_007, seed, 64, windowBlocks, Lanes.ONE);
            long first = 3 * order.count() - 300_000; // over an epoch border
            Set<Long> before = new HashSet<>();
            Set<Long> after = new HashSet<>();
            for (long position = first; position < first + 600_000; position++) {
                long index = order.indexAt(position);
                assertThat(index).as("seed=%d", seed).isBetween(0L, order.count() - 1);
                (order.epochOf(position) == 2 ? before : after).add(index);
            }
            assertThat(before).as("seed=%d", seed).hasSize(300_000);
            assertThat(after).as("seed=%d", seed).hasSize(300_000);
        }
    }

    @Test
    void shouldBeAnotherOrderInEveryEpochAndForEverySeed() {
        Set<String> orders = new HashSet<>();
        for (long seed = 0; seed < 5; seed++) {
            for (int epoch = 0; epoch < 5; epoch++) {
                orders.add(
                        Arrays.toString(epoch(new SampleOrder(100, seed, 8, 3, Lanes.ONE), epoch)));
            }
        }
        assertThat(orders).hasSize(25);
    }

    @Test
    void shouldReadAWindowFromItsBlocksOnly() {
        long seed = new Random().nextLong();
        int blockRows = 16;
        int windowBlocks = 8;
        int count = 16 * 8 * 20 + 5;
        SampleOrder order = new SampleOrder(count, seed, blockRows, windowBlocks, Lanes.ONE);
        for (int first = 0; first + 128 <= count; first += 128) {
            BitSet rows = new BitSet(count);
            for (int i = 0; i < 128; i++) {
                rows.set((int) order.indexAt(first + i));
            }
            assertThat(runs(rows)).as("seed=%d", seed).isLessThanOrEqualTo(windowBlocks + 1);
        }
    }

    /** Else every worker would fetch all of a remote data set. */
    @Test
    void shouldGiveAWorkerItsShareOfTheWindowsBlocksWhateverTheNumberOfWorkers() {
        long seed = new Random().nextLong();
        int globalBatch = 64;
        int microBatch = 8;
        Lanes lanes = Lanes.of(globalBatch, microBatch);
        SampleOrder order = new SampleOrder(64 * 1000 + 13, seed, 16, 4, lanes);
        for (int workers : new int[] {1, 2, 4, 8}) {
            for (int rank = 0; rank < workers; rank++) {
                BatchPartition partition =
                        new BatchPartition(globalBatch, microBatch, new Topology(rank, workers));
                for (long window = 0; window < order.count(); window += order.windowRows()) {
                    BitSet rows = rowsOf(order, partition, window);
                    assertThat(runs(rows))
                            .as("seed=%d, workers=%d, window=%d", seed, workers, window)
                            .isLessThanOrEqualTo(4 * lanes.count() / workers + 2);
                }
            }
        }
    }

    /** The rows that a worker reads in a window of the first epoch. */
    private static BitSet rowsOf(SampleOrder order, BatchPartition partition, long window) {
        BitSet rows = new BitSet();
        long end = Math.min(window + order.windowRows(), order.count());
        for (long step = window / partition.globalBatch();
                step * partition.globalBatch() < end;
                step++) {
            for (int micro = 0; micro < partition.microBatchesPerStep(); micro++) {
                long first = partition.firstPosition(step, micro);
                for (long position = first; position < first + partition.microBatch(); position++) {
                    if (window <= position && position < end) {
                        rows.set((int) order.indexAt(position));
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void shouldMixTheRowsOfAWindow() {
        SampleOrder order = new SampleOrder(100_000, 1, 64, 64, Lanes.ONE);
        int neighbours = 0;
        for (int position = 1; position < 4096; position++) {
            neighbours += order.indexAt(position) - order.indexAt(position - 1) == 1 ? 1 : 0;
        }
        assertThat(neighbours).isLessThan(12); // about one in a random order
    }

    /** The ragged rest ends every epoch, so it must not be the same rows every time. */
    @Test
    void shouldEndEpochsWithDifferentSamples() {
        SampleOrder order = new SampleOrder(64 * 10 + 7, 1, 64, 1, Lanes.ONE);
        Set<Long> last = new HashSet<>();
        for (int epoch = 1; epoch <= 100; epoch++) {
            last.add(order.indexAt(epoch * order.count() - 1));
        }
        assertThat(last).hasSizeGreaterThan(80);
    }

    /** Every sample is equally likely to come first: 5,000 epochs of 50 samples. */
    @Test
    void shouldFavourNoSample() {
        int epochs = 5000;
        for (int windowBlocks : new int[] {0, 2}) {
            SampleOrder order = new SampleOrder(50, 11, 4, windowBlocks, Lanes.ONE);
            int[] hits = new int[50];
            for (long epoch = 0; epoch < epochs; epoch++) {
                hits[(int) order.indexAt(epoch * 50)]++;
            }
            for (int hit : hits) {
                assertThat(hit).isBetween(50, 150); // 100 +- 5 sigma
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNoOrder() {
        assertThatThrownBy(() -> new SampleOrder(0, 0, 1, 0, Lanes.ONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=0");
        assertThatThrownBy(() -> new SampleOrder(1, 0, 1, 0, Lanes.ONE).indexAt(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position=-1");
    }

    private static void assertEpochsAreBijective(SampleOrder order) {
        for (int epoch = 0; epoch < 2; epoch++) {
            long[] indices = epoch(order, epoch);
            Arrays.sort(indices);
            for (int i = 0; i < indices.length; i++) {
                if (indices[i] != i) {
                    assertThat(indices[i]).as("%s, epoch %d", order, epoch).isEqualTo(i);
                }
            }
        }
    }

    private static long[] epoch(SampleOrder order, int epoch) {
        long[] indices = new long[(int) order.count()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = order.indexAt(epoch * order.count() + i);
        }
        return indices;
    }

    private static int runs(BitSet rows) {
        int runs = 0;
        for (int at = rows.nextSetBit(0); at >= 0; at = rows.nextSetBit(rows.nextClearBit(at))) {
            runs++;
        }
        return runs;
    }
}
