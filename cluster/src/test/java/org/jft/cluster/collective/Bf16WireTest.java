package org.jft.cluster.collective;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;

class Bf16WireTest {
    private static final JobToken JOB = JobToken.of("bf16");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void shouldStayWithinTheRoundingsOfADoubleSumAndLeaveAllRanksWithTheSameBits() {
        long seed = System.nanoTime();
        List<Plan> plans = new ArrayList<>(List.of(Plans.twoAHost(4), Plans.threeLevels(12, 2)));
        for (int worldSize = 2; worldSize <= 6; worldSize++) {
            plans.add(Plan.ring(worldSize));
            plans.add(Plan.halvingDoubling(worldSize));
        }
        for (Plan plan : plans) {
            int worldSize = plan.order().size();
            for (int length : new int[] {0, 1, worldSize + 1, 4_097, 70_001}) {
                List<float[]> sums = sums(seed, plan, length);
                for (float[] sum : sums) {
                    assertThat(sum).as("seed %d", seed).isEqualTo(sums.get(0));
                }
                requireSum(seed, worldSize, sums.get(0));
            }
        }
    }

    /** Each hop and the owner round once to 8 bits; each addition once to 24. */
    private static void requireSum(long seed, int worldSize, float[] actual) {
        float[][] inputs = new float[worldSize][];
        for (int rank = 0; rank < worldSize; rank++) {
            inputs[rank] = input(seed, rank, actual.length);
        }
        double bound = Math.pow(1 + 0x1p-8, worldSize) * Math.pow(1 + 0x1p-24, worldSize - 1) - 1;
        for (int i = 0; i < actual.length; i++) {
            double sum = 0;
            double magnitude = 0;
            for (float[] input : inputs) {
                sum += input[i];
                magnitude += Math.abs(input[i]);
            }
            if (!(Math.abs(actual[i] - sum) <= bound * magnitude)) {
                throw new AssertionError(
                        "seed=%d N=%d i=%d: %s is not %s within %s"
                                .formatted(seed, worldSize, i, actual[i], sum, bound * magnitude));
            }
        }
    }

    @Test
    void shouldScatterSumsWithinTheRoundingsOfTheHopsAndGatherExactly() {
        long seed = System.nanoTime();
        int length = 70_001;
        for (int worldSize = 2; worldSize <= 5; worldSize++) {
            int ranks = worldSize;
            InMemoryNetwork network = new InMemoryNetwork(16 * 1024);
            List<float[]> sums =
                    Ranks.run(
                            ranks,
                            rank -> {
                                try (Collective ring = ring(network, rank, ranks, Wire.BF16)) {
                                    FloatBuffer vector =
                                            CollectiveContract.direct(input(seed, rank, length));
                                    Segments segments = new Segments(length, ranks);
                                    FloatBuffer own =
                                            CollectiveContract.direct(
                                                    new float[segments.length(rank)]);
                                    ring.reduceScatter(vector, own);
                                    ring.allGather(own, vector);
                                    assertThat(vector.get(segments.start(rank)))
                                            .isEqualTo(own.get(0));
                                    return array(vector);
                                }
                            });
            for (float[] sum : sums) {
                assertThat(sum).as("seed %d", seed).isEqualTo(sums.get(0));
            }
            requireSum(seed, worldSize, sums.get(0));
        }
    }

    @Test
    void shouldSendHalfTheBytes() {
        assertThat(Vectors.of(Wire.BF16).floatBytes()).isEqualTo(2);
        assertThat(Vectors.of(Wire.FLOAT32).floatBytes()).isEqualTo(4);
    }

    @Test
    void shouldRoundToTheNearestAsADecimalOfDoublesDoes() {
        Random random = new Random(7);
        for (int i = 0; i < 1_000_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            float rounded = Bf16Vectors.toFloat(Bf16Vectors.toBf16(value));
            assertThat(Float.floatToRawIntBits(rounded) & 0xffff).isZero();
            if (Float.isNaN(value)) {
                assertThat(rounded).isNaN();
                continue;
            }
            float below = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffff0000);
            float above = Float.intBitsToFloat((Float.floatToRawIntBits(value) | 0xffff) + 1);
            double toBelow = Math.abs((double) value - below);
            double toAbove = Math.abs(aboveOrLimit(above, value) - value);
            boolean even = (Float.floatToRawIntBits(below) & 0x10000) == 0;
            boolean down = toBelow < toAbove || toBelow == toAbove && even;
            assertThat(rounded).isEqualTo(down ? below : above);
        }
    }

    /** Past the largest bf16 the next step up is an infinity; round as if the scale went on. */
    private static double aboveOrLimit(float above, float value) {
        return Float.isInfinite(above) ? Math.copySign(0x1p128, value) : above;
    }

    @Test
    void shouldKeepWhatShowsThatTrainingWentWrong() {
        float[] special = {
            Float.NaN,
            Float.intBitsToFloat(0x7fffffff),
            Float.intBitsToFloat(0xffffffff),
            Float.intBitsToFloat(0x7f800001)
        };
        for (float value : special) {
            assertThat(Bf16Vectors.toFloat(Bf16Vectors.toBf16(value))).isNaN();
        }
        for (float value :
                new float[] {
                    Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, 1f, -2.5f
                }) {
            assertThat(Bf16Vectors.toFloat(Bf16Vectors.toBf16(value))).isEqualTo(value);
        }
    }

    @Test
    void shouldRefuseToMixWires() {
        InMemoryNetwork network = new InMemoryNetwork(16 * 1024);
        List<Throwable> failures =
                Ranks.failures(
                        2,
                        rank -> {
                            Wire wire = rank == 0 ? Wire.BF16 : Wire.FLOAT32;
                            try (Collective ring = ring(network, rank, 2, wire)) {
                                ring.allReduce(CollectiveContract.direct(new float[1_000]));
                                return null;
                            }
                        });
        for (Throwable failure : failures) {
            assertThat(failure)
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("do not run the same program");
        }
    }

    @Test
    void shouldBroadcastExactly() {
        InMemoryNetwork network = new InMemoryNetwork(16 * 1024);
        Ranks.run(
                3,
                rank -> {
                    try (Collective ring = ring(network, rank, 3, Wire.BF16)) {
                        FloatBuffer vector = CollectiveContract.direct(input(1, rank, 10_000));
                        ring.broadcast(vector, 1);
                        assertThat(array(vector)).isEqualTo(input(1, 1, 10_000));
                        return null;
                    }
                });
    }

    private static List<float[]> sums(long seed, Plan plan, int length) {
        int worldSize = plan.order().size();
        InMemoryNetwork network = new InMemoryNetwork(16 * 1024);
        return Ranks.run(
                worldSize,
                rank -> {
                    try (Collective ranks = over(network, rank, plan, Wire.BF16)) {
                        FloatBuffer vector = CollectiveContract.direct(input(seed, rank, length));
                        ranks.allReduce(vector);
                        ranks.barrier();
                        return array(vector);
                    }
                });
    }

    private static Collective ring(InMemoryNetwork network, int rank, int worldSize, Wire wire) {
        return over(network, rank, Plan.ring(worldSize), wire);
    }

    private static Collective over(InMemoryNetwork network, int rank, Plan plan, Wire wire) {
        Topology at = new Topology(rank, plan.order().size());
        return Collective.over(network.transport(rank), at, plan, JOB, wire, TIMEOUT);
    }

    private static float[] input(long seed, int rank, int length) {
        Random random = new Random(seed + 31L * rank + length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12));
        }
        return values;
    }

    private static float[] array(FloatBuffer vector) {
        float[] values = new float[vector.remaining()];
        vector.get(0, values);
        return values;
    }
}
