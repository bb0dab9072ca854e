package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSortTest {
    @TempDir private Path folder;

    @Test
    void shouldSortAsAListInMemoryDoesHoweverShortItsRunsAre() throws IOException {
        for (int round = 0; round < 40; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            int width = 1 + random.nextInt(3);
            int count = random.nextInt(3000);
            int range = 1 + random.nextInt(1 << random.nextInt(12));
            List<long[]> expected = new ArrayList<>();
            List<long[]> found = new ArrayList<>();
            try (RecordSort sort =
                    new RecordSort(folder.resolve("runs"), width, 1 + random.nextInt(2000))) {
                for (int i = 0; i < count; i++) {
                    long[] record = new long[width];
                    Arrays.setAll(record, j -> (long) (random.nextInt(range) - range / 2) << 40);
                    expected.add(record);
                    sort.add(record.clone());
                }
                sort.sorted(found::add);
            }
            expected.sort(Arrays::compare);
            assertThat(found.stream().map(Arrays::toString))
                    .as("seed=%d", seed)
                    .containsExactlyElementsOf(expected.stream().map(Arrays::toString).toList());
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
