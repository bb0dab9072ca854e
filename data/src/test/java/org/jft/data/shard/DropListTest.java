package org.jft.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DropListTest {
    @TempDir Path folder;

    @Test
    void shouldKnowTheKeysThatASetKnows() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<SampleKey> listed = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            listed.add(key(random));
        }
        DropList list = DropList.of(listed);
        for (int i = 0; i < 5000; i++) {
            SampleKey key = key(random);
            assertThat(list.contains(key)).as("seed=%s", seed).isEqualTo(listed.contains(key));
        }
        assertThat(list.keys()).as("seed=%s", seed).containsExactlyInAnyOrderElementsOf(listed);
        assertThat(list.isEmpty()).isFalse();
    }

    @Test
    void shouldKeepTheKeysAscendingAndEachOnceWhateverTheirOrder() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<SampleKey> keys = new ArrayList<>();
        for (int i = 0; i < 3000; i++) { // more than the list has room for at first
            keys.add(
                    i % 2 == 0 ? key(random) : new SampleKey(random.nextLong(), random.nextLong()));
        }
        keys.addAll(keys.subList(0, 100));
        Comparator<SampleKey> order =
                Comparator.comparingLong(SampleKey::high).thenComparingLong(SampleKey::low);
        Set<SampleKey> sorted = new TreeSet<>(order);
        sorted.addAll(keys);
        DropList list = load(keys.stream().map(SampleKey::toString).toArray(String[]::new));
        assertThat(list.keys()).as("seed=%s", seed).containsExactlyElementsOf(sorted);
        assertThat(DropList.of(List.of()).keys()).isEmpty();
    }

    @Test
    void shouldReadKeysAndLeaveToPeopleWhatIsForThem() throws IOException {
        SampleKey first = new SampleKey(-1, 5);
        SampleKey second = new SampleKey(Long.MAX_VALUE, Long.MIN_VALUE);
        DropList list =
                load(
                        "# a title",
                        second + "\tshard-00000.parquet row 5",
                        "",
                        "  " + first,
                        second.toString());
        assertThat(list.keys()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void shouldNameTheLineThatIsNoKey() {
        for (String wrong : List.of("cat.jpg", "0123", "zz23456789abcdef0123456789abcdef")) {
            assertThatThrownBy(() -> load("# title", wrong))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(
                            "%s line 2: a key has 32 hexadecimal digits, not '%s'"
                                    .formatted(folder.resolve("list"), wrong));
        }
    }

    @Test
    void shouldNameAListThatIsNotThere() {
        String file = folder.resolve("gone").toString();
        assertThatThrownBy(() -> DropList.load(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ": no such list of images to drop");
        assertThat(DropList.load(null).isEmpty()).isTrue();
    }

    private DropList load(String... lines) throws IOException {
        Path file = folder.resolve("list");
        Files.write(file, List.of(lines));
        return DropList.load(file.toString());
    }

    /** Few different halves, so that keys share one. */
    private static SampleKey key(Random random) {
        return new SampleKey(random.nextInt(60) - 30, random.nextInt(60) - 30);
    }
}
