package org.jft.train.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.train.objective.Targets;
import org.junit.jupiter.api.Test;

class LabelExchangeTest {
    private static final int SAMPLES = 3;
    private static final int ROUNDS = 4; // with more labels each, so that memory has to grow
    private static final int MOST_CLASSES = 1 << 24;

    private final long seed = System.nanoTime();

    @Test
    void shouldGiveEveryRankTheLabelsOfAll() {
        for (int worldSize : new int[] {1, 2, 3}) {
            List<List<List<Targets>>> gathered =
                    Ranks.run(
                            worldSize,
                            ranks -> {
                                LabelExchange labels = new LabelExchange(ranks, SAMPLES);
                                List<List<Targets>> rounds = new ArrayList<>();
                                for (int round = 0; round < ROUNDS; round++) {
                                    int rank = ranks.topology().rank();
                                    rounds.add(labels.gather(targets(round, rank)));
                                }
                                return rounds;
                            });
            for (List<List<Targets>> ofRank : gathered) {
                for (int round = 0; round < ROUNDS; round++) {
                    for (int rank = 0; rank < worldSize; rank++) {
                        assertThat(ofRank.get(round).get(rank))
                                .as("seed=%s, rank %s of %s", seed, rank, worldSize)
                                .usingRecursiveComparison()
                                .isEqualTo(targets(round, rank));
                    }
                }
            }
        }
    }

    /** Rank 0 has none in the first round. */
    private Targets targets(int round, int rank) {
        Random random = new Random(seed + 31 * round + rank);
        int[] offsets = new int[SAMPLES + 1];
        for (int i = 0; i < SAMPLES; i++) {
            offsets[i + 1] = offsets[i] + (round + rank == 0 ? 0 : random.nextInt(3 + 9 * round));
        }
        int[] ids = random.ints(offsets[SAMPLES], 0, MOST_CLASSES).toArray();
        float[] confidences = new float[ids.length];
        for (int j = 0; j < ids.length; j++) {
            confidences[j] = random.nextInt(5) == 0 ? -1 : random.nextFloat();
        }
        return new Targets(offsets, ids, confidences);
    }
}
