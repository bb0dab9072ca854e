package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import org.jft.core.config.LabelConfig;
import org.jft.data.pipeline.LabelReader.Truth;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.Test;

class LabelReaderTest {
    private final MemoryStore store = MemoryStore.ofPictures(4);
    private final UnaryOperator<Labels> addRoot =
            labels -> {
                int[] ids = java.util.Arrays.copyOf(labels.ids(), labels.size() + 1);
                float[] confidences =
                        java.util.Arrays.copyOf(labels.confidences(), labels.size() + 1);
                ids[labels.size()] = 16;
                confidences[labels.size()] = 0.1f;
                return new Labels(ids, confidences);
            };

    @Test
    void shouldDropDoubtfulLabelsBeforeItFillsUpward() {
        Labels labels = read(Truth.OBSERVED, new LabelConfig(0.5, true, false), 1);
        assertThat(labels.ids()).containsExactly(1, 16); // 16 stays, doubtful as it is
        assertThat(labels.confidences()).containsExactly(0.9f, 0.1f);
    }

    @Test
    void shouldKeepALabelAtTheFloor() {
        Labels labels = read(Truth.OBSERVED, new LabelConfig(0.4f, false, false), 1);
        assertThat(labels.ids()).containsExactly(1, 11);
    }

    @Test
    void shouldReadWhatIsKnownToBeTrue() {
        LabelConfig config = new LabelConfig(0, false, true);
        assertThat(read(Truth.CLEAN, config, 2).ids()).containsExactly(2);
        assertThat(read(Truth.CLEAN, config, 3).ids()).isEmpty();
        assertThat(read(Truth.CLEAN_OR_OBSERVED, config, 2).ids()).containsExactly(2);
        assertThat(read(Truth.CLEAN_OR_OBSERVED, config, 3).ids()).containsExactly(3, 13);
    }

    @Test
    void shouldDropEverythingBelowAHighFloor() {
        Labels labels = read(Truth.OBSERVED, new LabelConfig(1, false, false), 1);
        assertThat(labels.size()).isZero();
    }

    private Labels read(Truth truth, LabelConfig config, long row) {
        return new LabelReader(store, truth, config, addRoot).of(row);
    }
}
