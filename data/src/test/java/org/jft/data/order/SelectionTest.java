package org.jft.data.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jft.core.config.Subset;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.SampleKey;
import org.junit.jupiter.api.Test;

class SelectionTest {
    @Test
    void shouldNestSubsetsOfOneSeed() {
        long seed = new Random().nextLong();
        KeysOnly store = KeysOnly.random(20_000, seed);
        Set<SampleKey> inside = Set.of();
        for (String share : new String[] {"0.1%", "1%", "10%", "30%", "99.9%", "100%"}) {
            Set<SampleKey> keys = keys(store, share, seed);
            assertThat(keys).as("%s, seed=%d", share, seed).containsAll(inside);
            assertThat(keys.size()).isGreaterThan(inside.size());
            inside = keys;
        }
        assertThat(inside).hasSize(20_000);
    }

    @Test
    void shouldTakeThePlacesOfTheSmallestHashesForACount() {
        long seed = new Random().nextLong();
        KeysOnly store = KeysOnly.random(5000, seed);
        List<SampleKey> smallestFirst = new ArrayList<>(List.of(store.keys()));
        smallestFirst.sort(Comparator.comparing(key -> hash(key, seed)));
        for (int rows : new int[] {1, 2, 63, 1000, 4998, 4999, 5000}) {
            assertThat(keys(store, Integer.toString(rows), seed))
                    .as("rows=%d, seed=%d", rows, seed)
                    .isEqualTo(Set.copyOf(smallestFirst.subList(0, rows)));
        }
    }

    @Test
    void shouldNestCountsAndSharesInEachOther() {
        long seed = new Random().nextLong();
        KeysOnly store = KeysOnly.random(20_000, seed);
        Set<SampleKey> inside = Set.of();
        for (String size : new String[] {"5", "1%", "1k", "10%", "5000", "60%", "20k"}) {
            Set<SampleKey> keys = keys(store, size, seed);
            assertThat(keys).as("%s, seed=%d", size, seed).containsAll(inside);
            assertThat(keys.size()).isGreaterThan(inside.size());
            inside = keys;
        }
    }

    /**
     * Equal images have equal hashes down to the last digit: the last of the n brings its twins.
     */
    @Test
    void shouldTakeTheEqualsOfTheLastRowOfACountAsWell() {
        SampleKey[] keys = new SampleKey[600];
        for (int row = 0; row < keys.length; row++) {
            keys[row] = new SampleKey(7, row / 3); // every image three times
        }
        KeysOnly store = new KeysOnly(keys);
        assertThat(select(store, "300", 5).count()).isEqualTo(300);
        assertThat(select(store, "301", 5).count()).isEqualTo(303);
        assertThat(select(store, "302", 5).count()).isEqualTo(303);
    }

    /** Hashes that share 48 bits, so that the search needs all four digits. */
    @Test
    void shouldTellRowsApartByTheLastBitsOfTheirHashes() {
        long seed = 11;
        Random random = new Random(seed);
        KeysOnly store = new KeysOnly(new SampleKey[400]);
        long[] hashes = new long[400];
        for (int row = 0; row < hashes.length; row++) {
            hashes[row] = 0x8765_4321_0fed_0000L | random.nextInt(1 << 16);
            store.keys()[row] = keyOf(hashes[row], seed);
        }
        Arrays.sort(hashes); // all negative: in unsigned order as well
        for (int rows : new int[] {1, 200, 399}) {
            Selection selection = select(store, Integer.toString(rows), seed);
            for (int row = 0; row < hashes.length; row++) {
                SampleKey key = store.key(row);
                boolean in = Hash.of(seed, key.high(), key.low()) <= hashes[rows - 1];
                assertThat(selection.contains(row)).as("rows=%d", rows).isEqualTo(in);
            }
        }
    }

    @Test
    void shouldRefuseACountThatTheDataSetDoesNotHave() {
        assertThatThrownBy(() -> select(KeysOnly.random(3, 1), "1k", 0))
                .isInstanceOf(ConfigException.class)
                .hasMessage("data.subset=1k asks for 1000 rows, but the data set has 3");
    }

    @Test
    void shouldSelectTheSameImagesInAnySharding() {
        long seed = new Random().nextLong();
        KeysOnly store = KeysOnly.random(5000, seed);
        List<SampleKey> shuffled = new ArrayList<>(List.of(store.keys()));
        Collections.shuffle(shuffled, new Random(seed));
        KeysOnly resharded = new KeysOnly(shuffled.toArray(SampleKey[]::new));
        assertThat(keys(resharded, "30%", 4)).as("seed=%d", seed).isEqualTo(keys(store, "30%", 4));
    }

    @Test
    void shouldSelectAboutTheShareAskedFor() {
        KeysOnly store = KeysOnly.random(100_000, 1);
        assertThat(select(store, "10%", 7).count()).isBetween(9_500L, 10_500L); // 5 sigma
        assertThat(select(store, "50%", 7).count()).isBetween(49_200L, 50_800L);
    }

    /** Keys that differ in a few low bits, as in tests and tiny sets, must spread as well. */
    @Test
    void shouldSelectAboutTheShareOfKeysThatAreSmallNumbers() {
        SampleKey[] keys = new SampleKey[100_000];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = new SampleKey(0, i);
        }
        assertThat(select(new KeysOnly(keys), "10%", 0).count()).isBetween(9_500L, 10_500L);
    }

    @Test
    void shouldSelectOtherRowsForAnotherSeed() {
        KeysOnly store = KeysOnly.random(100_000, 1);
        Set<SampleKey> both = keys(store, "10%", 1);
        both.retainAll(keys(store, "10%", 2));
        assertThat(both.size()).isBetween(840, 1160); // a tenth of a tenth, 5 sigma
    }

    @Test
    void shouldFollowTheWrittenRule() {
        long seed = new Random().nextLong();
        KeysOnly store = KeysOnly.random(3000, seed);
        Selection selection = select(store, "12.5%", 99);
        for (int row = 0; row < 3000; row++) {
            SampleKey key = store.key(row);
            boolean in = hash(key, 99).compareTo(BigInteger.ONE.shiftLeft(61)) < 0; // 2^64 / 8
            assertThat(selection.contains(row)).as("row=%d, seed=%d", row, seed).isEqualTo(in);
        }
    }

    @Test
    void shouldNumberTheSelectedRowsInOrder() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (String share : new String[] {"0.05%", "3%", "50%", "99%"}) {
            for (int rows : new int[] {1, 63, 64, 65, 1023, 1024, 1025, 50_000}) {
                KeysOnly store = KeysOnly.random(rows, random.nextLong());
                assertNumbersInOrder(store, share, seed);
            }
        }
    }

    @Test
    void shouldTakeEveryRowAtOneHundredPercentWithoutReadingAKey() {
        KeysOnly noKeys = new KeysOnly(new SampleKey[1000]);
        Selection all = Selection.of(noKeys, Subset.ALL, 0);
        assertThat(all.count()).isEqualTo(1000);
        assertThat(all.row(999)).isEqualTo(999);
        assertThat(Selection.of(noKeys, Subset.parse("1k"), 0).count()).isEqualTo(1000);
        assertThat(all.contains(0)).isTrue();
    }

    @Test
    void shouldRefuseAnEmptySelection() {
        assertThatThrownBy(() -> select(KeysOnly.random(3, 1), "0.0001%", 0))
                .isInstanceOf(ConfigException.class)
                .hasMessage("data.subset=0.0001% selects none of the data set's 3 rows");
    }

    @Test
    void shouldRefuseAnIndexOutOfRange() {
        Selection selection = select(KeysOnly.random(100, 1), "50%", 0);
        assertThatThrownBy(() -> selection.row(selection.count()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=" + selection.count());
    }

    @Test
    void shouldSelectAsIfDroppedRowsWereNotThere() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int trial = 0; trial < 20; trial++) {
            KeysOnly all = KeysOnly.random(300, random.nextLong());
            BitSet dropped = new BitSet();
            random.ints(120, 0, 300).forEach(dropped::set);
            KeysOnly without = new KeysOnly(all.keys(), dropped);
            List<SampleKey> left = new ArrayList<>();
            for (int row = 0; row < 300; row++) {
                if (!dropped.get(row)) {
                    left.add(all.keys()[row]);
                }
            }
            KeysOnly smaller = new KeysOnly(left.toArray(SampleKey[]::new));
            for (String subset : List.of("100%", "50%", "100", Integer.toString(left.size()))) {
                assertThat(keys(without, subset, 3))
                        .as("seed=%s, trial=%s, subset=%s", seed, trial, subset)
                        .isEqualTo(keys(smaller, subset, 3));
            }
            assertThatThrownBy(() -> select(without, "300", 3))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("asks for 300 rows, but the data set has " + left.size());
        }
    }

    private static void assertNumbersInOrder(KeysOnly store, String share, long seed) {
        List<Long> expected = new ArrayList<>();
        Selection selection;
        try {
            selection = select(store, share, seed);
        } catch (ConfigException e) {
            return; // a small store and a small share: nothing to number
        }
        for (long row = 0; row < store.rowCount(); row++) {
            if (selection.contains(row)) {
                expected.add(row);
            }
        }
        assertThat(selection.count()).as("seed=%d", seed).isEqualTo(expected.size());
        for (int index = 0; index < expected.size(); index++) {
            assertThat(selection.row(index))
                    .as("index=%d, seed=%d", index, seed)
                    .isEqualTo(expected.get(index));
        }
    }

    private static BigInteger hash(SampleKey key, long seed) {
        return new BigInteger(Long.toUnsignedString(Hash.of(seed, key.high(), key.low())));
    }

    /** Runs the hash backwards: hash(s, a, b) = mix((hash(s, a) ^ b) + G). */
    private static SampleKey keyOf(long hash, long seed) {
        long first = Hash.of(seed, 0);
        return new SampleKey(0, unmix(hash) - Hash.GOLDEN ^ first);
    }

    private static long unmix(long hash) {
        long z = unshift(hash, 31);
        z = unshift(z * inverse(0x94d049bb133111ebL), 27);
        return unshift(z * inverse(0xbf58476d1ce4e5b9L), 30);
    }

    private static long unshift(long z, int bits) {
        return z ^ z >>> bits ^ z >>> 2 * bits;
    }

    private static long inverse(long odd) {
        return BigInteger.valueOf(odd).modInverse(BigInteger.ONE.shiftLeft(64)).longValue();
    }

    private static Selection select(KeysOnly store, String share, long seed) {
        return Selection.of(store, Subset.parse(share), seed);
    }

    private static Set<SampleKey> keys(KeysOnly store, String share, long seed) {
        Selection selection = select(store, share, seed);
        Set<SampleKey> keys = new HashSet<>();
        for (long i = 0; i < selection.count(); i++) {
            keys.add(store.key(selection.row(i)));
        }
        return keys;
    }
}
