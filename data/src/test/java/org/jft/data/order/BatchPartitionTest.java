package org.jft.data.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class BatchPartitionTest {
    @Test
    void shouldGiveTheSameMicroBatchesForAnyNumberOfWorkers() {
        List<Long> alone = firstPositions(1);
        assertThat(alone).startsWith(0L, 8L, 16L).doesNotHaveDuplicates();
        assertThat(firstPositions(2)).isEqualTo(alone);
        assertThat(firstPositions(3)).isEqualTo(alone);
        assertThat(firstPositions(4)).isEqualTo(alone);
    }

    @Test
    void shouldDealNumbersThatDoNotDivideAsEvenlyAsTheyGo() {
        for (int microBatches = 1; microBatches <= 20; microBatches++) {
            for (int worldSize = 1; worldSize <= microBatches; worldSize++) {
                List<Integer> all = new ArrayList<>();
                for (int rank = 0; rank < worldSize; rank++) {
                    List<Integer> share =
                            new BatchPartition(8 * microBatches, 8, new Topology(rank, worldSize))
                                    .share();
                    assertThat(share)
                            .hasSizeBetween(
                                    microBatches / worldSize,
                                    (microBatches + worldSize - 1) / worldSize);
                    all.addAll(share);
                }
                assertThat(all)
                        .containsExactlyElementsOf(
                                IntStream.range(0, microBatches).boxed().toList());
            }
        }
    }

    @Test
    void shouldCoverEveryPositionOnce() {
        List<Long> positions = new ArrayList<>();
        for (long first : firstPositions(4)) {
            LongStream.range(first, first + 8).forEach(positions::add);
        }
        assertThat(positions)
                .containsExactlyElementsOf(LongStream.range(0, 3 * 32).boxed().toList());
    }

    @Test
    void shouldGoOnBehindStepsOfAnotherSize() {
        // Steps 0 and 1 were of 32, step 2 and on are of 16.
        BatchPartition partition = new BatchPartition(16, 8, new Topology(1, 2), 64 - 2 * 16);
        assertThat(partition.positionOf(2, 0)).isEqualTo(64);
        assertThat(partition.firstPosition(2, 0)).isEqualTo(72);
        assertThat(partition.positionOf(3, 0)).isEqualTo(80);
    }

    @Test
    void shouldNotOverflowAtAnyStepThatCanBeReached() {
        BatchPartition partition = new BatchPartition(1 << 16, 64, new Topology(1, 2));
        assertThat(partition.firstPosition(1L << 40, 3)).isEqualTo((1L << 56) + (1 << 15) + 3 * 64);
    }

    @Test
    void shouldRefuseAGlobalBatchThatCannotBeDealt() {
        assertThatThrownBy(() -> new BatchPartition(20, 8, new Topology(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("globalBatch=20 is not a multiple of microBatch=8");
        assertThatThrownBy(() -> new BatchPartition(24, 8, new Topology(0, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("worldSize=4 exceeds the micro batches of a step");
        assertThatThrownBy(() -> new BatchPartition(16, 8, new Topology(0, 2)).firstPosition(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("microIndex=1");
    }

    /** Three steps of 4 micro batches of 8, in the order of step, rank, micro batch. */
    private static List<Long> firstPositions(int worldSize) {
        List<Long> firsts = new ArrayList<>();
        for (long step = 0; step < 3; step++) {
            for (int rank = 0; rank < worldSize; rank++) {
                BatchPartition partition = new BatchPartition(32, 8, new Topology(rank, worldSize));
                for (int k = 0; k < partition.microBatchesPerStep(); k++) {
                    firsts.add(partition.firstPosition(step, k));
                }
            }
        }
        return firsts;
    }
}
