package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.LabelConfig;
import org.jft.core.config.LabelConfig.Unlabelled;
import org.jft.core.config.LabelNoiseConfig;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;
import org.junit.jupiter.api.Test;

class LabelReaderTest {
    private static final LabelNoiseConfig ALL_WRONG =
            new LabelNoiseConfig(0.01, null, null, null, 0);

    private final MemoryStore store = MemoryStore.ofPictures(11);

    /** 16 stands above 1 and above 15; 15 above 10 to 12. */
    private final Taxonomy taxonomy = taxonomy();

    @Test
    void shouldDropDoubtfulLabelsBeforeItFillsUpward() {
        Labels labels = training(config(0.5, Unlabelled.NEGATIVE, true), 1);
        assertThat(labels.ids()).containsExactly(1, 16); // 16 stays: 1 vouches for it
        assertThat(labels.confidences()).containsExactly(0.9f, 0.9f);
    }

    @Test
    void shouldIgnoreDoubtfulLabelsAndWhatOnlyTheyVouchFor() {
        Labels labels = training(config(0.5, Unlabelled.IGNORE, true), 1);
        assertThat(labels.ids()).containsExactly(1, 11, 15, 16);
        assertThat(labels.confidences())
                .containsExactly(0.9f, Labels.IGNORED, Labels.IGNORED, 0.9f);
        labels = training(config(0.5, Unlabelled.IGNORE, false), 1);
        assertThat(labels.ids()).containsExactly(1, 11);
        assertThat(labels.confidences()).containsExactly(0.9f, Labels.IGNORED);
    }

    @Test
    void shouldIgnoreDoubtfulLabelsOfAnEvaluation() {
        LabelConfig config = config(0.5, Unlabelled.IGNORE, false);
        LabelReader reader = LabelReader.evaluation(store, false, config, taxonomy);
        assertThat(reader.of(1).confidences()).containsExactly(0.9f, Labels.IGNORED);
    }

    @Test
    void shouldIgnoreWhatStandsBelowALabelWithoutOneBelowIt() {
        LabelConfig config = new LabelConfig(0, null, true, Unlabelled.IGNORE, false, null);
        assertThat(training(config, 1).ids()).as("11 is below 15").containsExactly(1, 11, 15, 16);
        Labels labels = training(config, 5); // 5 and 15; above is 16, which 1 is below, too
        assertThat(labels.ids()).containsExactly(5, 10, 11, 12, 15, 16);
        float unknown = Labels.IGNORED;
        assertThat(labels.confidences())
                .containsExactly(0.9f, unknown, unknown, unknown, 0.4f, 0.4f);
        assertThat(training(config, 6).ids()).containsExactly(1, 6, 10, 11, 12, 15, 16);
    }

    @Test
    void shouldNotTakeADoubtfulLabelForOneBelow() {
        LabelConfig config =
                new LabelConfig(0.5, Unlabelled.IGNORE, true, Unlabelled.IGNORE, false, null);
        Labels labels = training(config, 1); // of 16 only 1 is known, 11 is doubtful
        assertThat(labels.ids()).containsExactly(1, 11, 15, 16);
        assertThat(labels.confidences()[1]).isEqualTo(Labels.IGNORED);
    }

    @Test
    void shouldKeepALabelAtTheFloor() {
        Labels labels = training(config(0.4f, Unlabelled.NEGATIVE, false), 1);
        assertThat(labels.ids()).containsExactly(1, 11);
    }

    @Test
    void shouldReadWhatIsKnownToBeTrue() {
        LabelConfig config = new LabelConfig(0, null, false, null, true, null);
        assertThat(training(config, 2).ids()).containsExactly(2);
        assertThat(training(config, 3).ids()).isEmpty();
        LabelReader scored = LabelReader.evaluation(store, true, config, taxonomy);
        assertThat(scored.of(2).ids()).containsExactly(2);
        assertThat(scored.of(3).ids()).containsExactly(3, 13);
    }

    @Test
    void shouldDropEverythingBelowAHighFloor() {
        assertThat(training(config(1, Unlabelled.NEGATIVE, false), 1).size()).isZero();
    }

    @Test
    void shouldMakeTrainingLabelsWrongAndNoOthers() {
        LabelConfig noisy = new LabelConfig(0, null, false, null, false, ALL_WRONG);
        LabelConfig ofClean = new LabelConfig(0, null, false, null, true, ALL_WRONG);
        List<Labels> observed = new ArrayList<>();
        List<Labels> clean = new ArrayList<>();
        for (long row = 0; row < 10; row++) {
            observed.add(training(noisy, row));
            clean.add(training(ofClean, row));
            Labels scored = LabelReader.evaluation(store, false, noisy, taxonomy).of(row);
            assertThat(scored.ids()).isEqualTo(store.labels(row).ids());
        }
        int kept = 0;
        for (int row = 0; row < 10; row++) {
            assertThat(observed.get(row).size()).isEqualTo(2);
            assertThat(clean.get(row).size()).isEqualTo(1 - row % 2);
            kept += observed.get(row).ids()[0] == row ? 1 : 0;
        }
        assertThat(kept).isLessThan(4); // of 10, with probability 0.01 each
    }

    private static LabelConfig config(double floor, Unlabelled doubtful, boolean fill) {
        return new LabelConfig(floor, doubtful, fill, null, false, null);
    }

    private Labels training(LabelConfig config, long row) {
        return LabelReader.training(store, config, taxonomy).of(row);
    }

    private static Taxonomy taxonomy() {
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int id = 0; id < 17; id++) {
            List<Integer> parents =
                    id == 1 || id == 15 ? List.of(16) : id >= 10 && id < 13 ? List.of(15) : null;
            classes.add(new TaxonomyClass(id, "class " + id, parents));
        }
        return Taxonomy.of(classes);
    }
}
