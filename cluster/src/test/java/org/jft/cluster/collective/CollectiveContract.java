package org.jft.cluster.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Collective} does, on every world it supports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CollectiveContract {
    private static final int MILLION = 1 << 20;

    private final long seed = System.nanoTime();

    /** Worlds to try. */
    abstract List<Integer> worldSizes();

    /** Makes one rank's collective; called by that rank's thread, which closes it. */
    abstract Collective open(String job, int rank, int worldSize);

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldSumWithinRoundingOfADoubleSumAndLeaveEveryRankWithTheSameBits(int worldSize) {
        int[] lengths = {
            0,
            1,
            worldSize - 1,
            worldSize,
            worldSize + 1,
            13,
            997,
            2032 * worldSize,
            65_537,
            MILLION
        };
        List<float[][]> sums =
                onAllRanks(
                        worldSize,
                        collective -> {
                            float[][] result = new float[lengths.length][];
                            for (int i = 0; i < lengths.length; i++) {
                                FloatBuffer vector =
                                        direct(input(collective.topology().rank(), lengths[i]));
                                collective.allReduce(vector);
                                result[i] = array(vector);
                            }
                            return result;
                        });
        for (int i = 0; i < lengths.length; i++) {
            requireSum(worldSize, lengths[i], sums.get(0)[i]);
            for (float[][] ofRank : sums) {
                assertThat(bits(ofRank[i])).as(about(worldSize)).isEqualTo(bits(sums.get(0)[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldGiveTheSameBitsWhenRepeated(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    float[] input = input(collective.topology().rank(), 10_007);
                    FloatBuffer first = direct(input);
                    collective.allReduce(first);
                    for (int i = 0; i < 5; i++) {
                        FloatBuffer again = direct(input);
                        collective.allReduce(again);
                        assertThat(bits(array(again))).isEqualTo(bits(array(first)));
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldTouchOnlyPositionToLimitAndLeaveBothAsTheyAre(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    FloatBuffer vector = direct(filled(10_000, 1));
                    vector.position(37).limit(9_001);
                    collective.allReduce(vector);
                    collective.broadcast(vector, worldSize - 1);
                    assertThat(vector.position()).isEqualTo(37);
                    assertThat(vector.limit()).isEqualTo(9_001);
                    vector.clear();
                    for (int i = 0; i < 10_000; i++) {
                        assertThat(vector.get(i)).isEqualTo(37 <= i && i < 9_001 ? worldSize : 1);
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldSumIntoAnotherVectorWithTheSameBitsAndLeaveTheSourceAlone(int worldSize) {
        int[] lengths = {0, 1, worldSize + 1, 997, 65_537};
        onAllRanks(
                worldSize,
                collective -> {
                    for (int length : lengths) {
                        float[] input = input(collective.topology().rank(), length);
                        FloatBuffer inPlace = direct(input);
                        collective.allReduce(inPlace);
                        FloatBuffer source = direct(filled(length + 5, 7)).position(3);
                        source.limit(3 + length).put(3, input);
                        FloatBuffer sum = direct(filled(length + 2, 7)).position(1);
                        sum.limit(1 + length);
                        collective.allReduce(source.asReadOnlyBuffer(), sum);
                        assertThat(bits(array(sum)))
                                .as(about(worldSize))
                                .isEqualTo(bits(array(inPlace)));
                        assertThat(bits(array(source))).isEqualTo(bits(input));
                        sum.clear();
                        assertThat(List.of(sum.get(0), sum.get(length + 1))).containsOnly(7f);
                        source.clear();
                        assertThat(List.of(source.get(2), source.get(length + 3))).containsOnly(7f);
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldLeaveEachRankItsSegmentOfTheSumAndTheSourceAsItWas(int worldSize) {
        for (int length : segmentedLengths(worldSize)) {
            float[] sum = new float[length];
            List<float[]> segments =
                    onAllRanks(
                            worldSize,
                            collective -> {
                                float[] input = input(collective.topology().rank(), length);
                                FloatBuffer source = shifted(input, 3);
                                FloatBuffer own = segment(collective, length);
                                collective.reduceScatter(source.asReadOnlyBuffer(), own);
                                assertThat(bits(array(source))).isEqualTo(bits(input));
                                assertThat(source.position()).isEqualTo(3);
                                assertThat(own.position()).isEqualTo(1);
                                return array(own);
                            });
            int start = 0;
            for (float[] segment : segments) {
                System.arraycopy(segment, 0, sum, start, segment.length);
                start += segment.length;
            }
            assertThat(start).isEqualTo(length);
            requireSum(worldSize, length, sum);
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldCollectTheSegmentsOfAllRanksExactly(int worldSize) {
        for (int length : segmentedLengths(worldSize)) {
            float[] whole = input(7, length);
            onAllRanks(
                    worldSize,
                    collective -> {
                        int rank = collective.topology().rank();
                        FloatBuffer own = segment(collective, length);
                        int start = new Segments(length, worldSize).start(rank);
                        own.put(own.position(), whole, start, own.remaining());
                        FloatBuffer all = shifted(new float[length], 2);
                        collective.allGather(own.asReadOnlyBuffer(), all);
                        assertThat(bits(array(all))).isEqualTo(bits(whole));
                        assertThat(all.position()).isEqualTo(2);
                        assertThat(own.position()).isEqualTo(1);
                        return null;
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldScatterAndGatherWithinOneVector(int worldSize) {
        int length = 40_009;
        List<float[]> sums =
                onAllRanks(
                        worldSize,
                        collective -> {
                            int rank = collective.topology().rank();
                            FloatBuffer vector = direct(input(rank, length));
                            Segments segments = new Segments(length, worldSize);
                            FloatBuffer own =
                                    vector.slice(segments.start(rank), segments.length(rank));
                            collective.reduceScatter(vector, own);
                            collective.allGather(own, vector);
                            return array(vector);
                        });
        requireSum(worldSize, length, sums.get(0));
        for (float[] sum : sums) {
            assertThat(bits(sum)).as(about(worldSize)).isEqualTo(bits(sums.get(0)));
        }
    }

    private static int[] segmentedLengths(int worldSize) {
        return new int[] {
            0, 1, worldSize - 1, worldSize, worldSize + 1, 2032 * worldSize + 1, 300_007
        };
    }

    /** This rank's segment of a vector, behind one float that is not part of it. */
    private static FloatBuffer segment(Collective collective, int length) {
        Topology at = collective.topology();
        int own = new Segments(length, at.worldSize()).length(at.rank());
        return shifted(new float[own], 1);
    }

    /** The values behind some floats that are not part of the vector. */
    private static FloatBuffer shifted(float[] values, int by) {
        FloatBuffer vector = direct(new float[by + values.length]);
        return vector.put(by, values).position(by);
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldGiveAllRanksTheVectorOfTheRoot(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    for (int root = 0; root < worldSize; root++) {
                        for (int length : new int[] {0, 1, 5, 2032, 2033, 100_003}) {
                            FloatBuffer vector =
                                    direct(input(collective.topology().rank(), length));
                            collective.broadcast(vector, root);
                            assertThat(bits(array(vector))).isEqualTo(bits(input(root, length)));
                        }
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldGatherTheValueOfEveryRank(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    long[] values = collective.allGather(-7L + collective.topology().rank());
                    assertThat(values).hasSize(worldSize);
                    for (int rank = 0; rank < worldSize; rank++) {
                        assertThat(values[rank]).isEqualTo(-7L + rank);
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldLetNobodyPassABarrierBeforeAllHaveCome(int worldSize) {
        AtomicInteger arrivals = new AtomicInteger();
        onAllRanks(
                worldSize,
                collective -> {
                    for (int round = 1; round <= 200; round++) {
                        arrivals.incrementAndGet();
                        collective.barrier();
                        assertThat(arrivals.get()).isGreaterThanOrEqualTo(round * worldSize);
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldKeepThousandsOfSmallOperationsApart(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    FloatBuffer vector = direct(new float[7]);
                    for (int i = 0; i < 3_000; i++) {
                        int length = i % 8;
                        vector.clear().limit(length);
                        for (int j = 0; j < length; j++) {
                            vector.put(j, i + j);
                        }
                        collective.allReduce(vector);
                        for (int j = 0; j < length; j++) {
                            assertThat(vector.get(j)).isEqualTo((float) worldSize * (i + j));
                        }
                        if (i % 100 == 0) {
                            collective.broadcast(vector, i % worldSize);
                            assertThat(collective.allGather(i)).containsOnly(i);
                        }
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldRefuseBuffersItCannotWorkOn(int worldSize) {
        onAllRanks(
                worldSize,
                collective -> {
                    ByteBuffer bytes = ByteBuffer.allocateDirect(16);
                    assertThat(bytes.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                    assertThatThrownBy(() -> collective.allReduce(bytes.asFloatBuffer()))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("byte order");
                    assertThatThrownBy(() -> collective.allReduce(FloatBuffer.allocate(4)))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("direct");
                    FloatBuffer two = direct(new float[2]);
                    FloatBuffer three = direct(new float[3]);
                    assertThatThrownBy(() -> collective.allReduce(two, three))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("of one length: 2 and 3");
                    assertThatThrownBy(() -> collective.allReduce(two, two.asReadOnlyBuffer()))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("writable");
                    assertThatThrownBy(() -> collective.broadcast(direct(new float[1]), worldSize))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("root");
                    assertThatThrownBy(
                                    () ->
                                            collective.reduceScatter(
                                                    direct(new float[worldSize]),
                                                    direct(new float[2])))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("owns 1 of %d elements, not 2", worldSize);
                    collective.barrier(); // nothing of the above went out
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void shouldKnowItsPlaceAndCloseTwice(int worldSize) {
        Ranks.run(
                worldSize,
                rank -> {
                    Collective collective = open("place-" + worldSize, rank, worldSize);
                    assertThat(collective.topology()).isEqualTo(new Topology(rank, worldSize));
                    collective.barrier();
                    collective.close();
                    collective.close();
                    return null;
                });
    }

    private interface Body<T> {
        T run(Collective collective);
    }

    private <T> List<T> onAllRanks(int worldSize, Body<T> body) {
        String job = "contract-" + System.nanoTime();
        return Ranks.run(
                worldSize,
                rank -> {
                    try (Collective collective = open(job, rank, worldSize)) {
                        return body.run(collective);
                    }
                });
    }

    /** The oracle: a sum in double, wrong by less than the roundings of N - 1 float additions. */
    private void requireSum(int worldSize, int length, float[] actual) {
        assertThat(actual).hasSize(length);
        double[] sum = new double[length];
        double[] magnitude = new double[length];
        for (int rank = 0; rank < worldSize; rank++) {
            float[] input = input(rank, length);
            for (int i = 0; i < length; i++) {
                sum[i] += input[i];
                magnitude[i] += Math.abs(input[i]);
            }
        }
        for (int i = 0; i < length; i++) {
            double bound = (worldSize - 1) * 0x1p-24 * magnitude[i] * (1 + 1e-6);
            if (!(Math.abs(actual[i] - sum[i]) <= bound)) {
                throw new AssertionError(
                        "%s length=%d i=%d: %s is not %s within %s"
                                .formatted(about(worldSize), length, i, actual[i], sum[i], bound));
            }
        }
    }

    private String about(int worldSize) {
        return "seed=%d worldSize=%d".formatted(seed, worldSize);
    }

    /** Magnitudes over 12 powers of two, both signs. */
    private float[] input(int rank, int length) {
        Random random = new Random(seed + 31L * rank + length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12));
        }
        return values;
    }

    static FloatBuffer direct(float[] values) {
        return ByteBuffer.allocateDirect(values.length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(0, values);
    }

    private static float[] filled(int length, float value) {
        float[] values = new float[length];
        Arrays.fill(values, value);
        return values;
    }

    private static float[] array(FloatBuffer vector) {
        float[] values = new float[vector.remaining()];
        vector.get(vector.position(), values);
        return values;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
