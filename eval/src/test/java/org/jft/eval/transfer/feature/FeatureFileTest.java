package org.jft.eval.transfer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jft.core.failure.CorruptDataException;
import org.jft.eval.transfer.probe.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureFileTest {
    @TempDir private Path folder;

    @Test
    void shouldReadWhatItWroteOfThatKeyOnly() {
        FeatureFile file = new FeatureFile(folder.resolve("deeper/a.features"));
        assertThat(file.read("key")).isEmpty();
        Features written = features();

        file.write("key", written);

        Features read = file.read("key").orElseThrow();
        assertThat(read.rows()).isEqualTo(written.rows());
        assertThat(read.examples().features()).isDeepEqualTo(written.examples().features());
        assertThat(Arrays.deepEquals(read.examples().labels(), written.examples().labels()))
                .isTrue();
        assertThat(read.examples().classes()).isEqualTo(9);
        assertThat(file.read("other")).isEmpty();
    }

    @Test
    void shouldNotTrustAFileThatWasAlteredOrCutOff() throws IOException {
        Path path = folder.resolve("a.features");
        FeatureFile file = new FeatureFile(path);
        file.write("key", features());
        byte[] whole = Files.readAllBytes(path);

        byte[] altered = whole.clone();
        altered[whole.length - 20] ^= 1;
        Files.write(path, altered);
        assertThatThrownBy(() -> file.read("key"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(path + ": its checksum does not fit");

        Files.write(path, Arrays.copyOf(whole, whole.length - 3));
        assertThatThrownBy(() -> file.read("key"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(path + ": cut off");
    }

    @Test
    void shouldGiveTheImagesOfSomeRows() {
        Examples some = features().only(row -> row > 10);
        assertThat(some.size()).isEqualTo(2);
        assertThat(some.labels()[1]).containsExactly(8);
    }

    private static Features features() {
        Random random = new Random(1);
        float[][] values = new float[3][5];
        for (float[] row : values) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        int[][] labels = {{}, {0, 3, 4}, {8}};
        return new Features(new long[] {2, 11, 1L << 40}, new Examples(values, labels, 9));
    }
}
