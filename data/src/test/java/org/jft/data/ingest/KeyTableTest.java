package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jft.data.shard.SampleKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyTableTest {
    @TempDir private Path folder;

    /** The oracle is a map that is put back to its state at the checkpoint. */
    @Test
    void shouldForgetWhatAKilledImportPutInAfterItsCheckpoint() throws IOException {
        for (int round = 0; round < 20; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            int keys = 1 + random.nextInt(2000);
            int distinct = 1 + random.nextInt(keys);
            Path file = folder.resolve("table" + round);
            Map<SampleKey, Long> oracle = new HashMap<>();
            SampleKey[] drawn = new SampleKey[keys];
            for (int i = 0; i < keys; i++) {
                int name = random.nextInt(distinct);
                drawn[i] = new SampleKey(name % 3 == 0 ? 0 : name * 0x9E3779B97F4A7C15L, name);
            }
            int next = 0;
            while (next < keys) {
                int checkpoint = next + random.nextInt(keys - next + 1);
                int killed = checkpoint + random.nextInt(keys - checkpoint + 1);
                KeyTable table = KeyTable.open(file, keys);
                Map<SampleKey, Long> atCheckpoint = null;
                for (int i = next; i < killed; i++) {
                    atCheckpoint = i == checkpoint ? new HashMap<>(oracle) : atCheckpoint;
                    Long before = oracle.putIfAbsent(drawn[i], (long) i);
                    assertThat(table.putIfAbsent(drawn[i], i))
                            .as("seed=%d, i=%d", seed, i)
                            .isEqualTo(before == null ? -1 : before);
                }
                oracle = atCheckpoint == null ? oracle : atCheckpoint;
                next = atCheckpoint == null ? killed : checkpoint;
            }
        }
    }

    /** The device is full at any time; mapped into a file with holes, that would be a crash. */
    @Test
    void shouldSayThatTheDiskIsFullBeforeAnythingIsPutIn() {
        assertThatThrownBy(() -> KeyTable.open(Path.of("/dev/full"), 1000))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left on device");
    }
}
