package org.jft.eval.noise;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.jft.data.taxonomy.Labels;
import org.junit.jupiter.api.Test;

class LabelAuditTest {
    private final LabelAudit.Ranking ranking = new LabelAudit.Ranking(null);

    /**
     * Shown 0, 1, 3 of which 1 is wrong: its logit is below that of 0, above that of 3. Lost is 2,
     * whose logit is above that of the absent 4.
     */
    @Test
    void shouldRankShownLabelsByLowLogitsAndAbsentOnesByHighOnes() {
        ranking.add(labels(0, 1, 3), labels(0, 2, 3), new float[] {2, 1, 0.5f, 0, -1});
        assertThat(ranking.measures())
                .containsEntry("wrong_label_auc", 0.5)
                .containsEntry("missing_label_auc", 1.0);
        ranking.add(labels(1), labels(0), new float[] {-3, -2, -4, -5, -6}); // 0 is lost
        // wrong: logits 1 and -2; right: 2 and 0. Lost: 0.5 and -3; absent: -1, -4, -5, -6
        assertThat(ranking.measures())
                .containsEntry("wrong_label_auc", 0.75)
                .containsEntry("missing_label_auc", 0.875);
    }

    @Test
    void shouldLeaveOutWhatIsUnknown() {
        Labels shown = new Labels(new int[] {0, 1, 2}, new float[] {1, 1, Labels.IGNORED});
        ranking.add(shown, labels(0), new float[] {2, 1, 9, 0});
        assertThat(ranking.measures())
                .isEqualTo(Map.of("wrong_label_auc", 1.0, "wrong_label_auc_blind", 0.5));
    }

    /**
     * Class 0 is shown three times and right, 1 once and wrong, 2 once and right. Lost is 0, once;
     * all others that are not shown are absent.
     */
    @Test
    void shouldSayHowFarTheFrequencyOfAClassAloneWouldGo() {
        float[] same = {0, 0, 0, 0};
        ranking.add(labels(0, 1), labels(0), same);
        ranking.add(labels(0, 2), labels(0, 2), same);
        ranking.add(labels(0), labels(0), same);
        ranking.add(labels(), labels(0), same);
        assertThat(ranking.measures())
                .containsEntry("wrong_label_auc", 0.5)
                .containsEntry("missing_label_auc", 0.5)
                .containsEntry("wrong_label_auc_blind", 3.5 / 4) // over 0 three times, even with 2
                .containsEntry("missing_label_auc_blind", 1.0); // 0 is the most frequent
    }

    @Test
    void shouldMeasureNothingWhereNothingIsWrong() {
        ranking.add(labels(0, 1), labels(0, 1), new float[] {2, 1, 9});
        assertThat(ranking.measures()).isEmpty();
    }

    private static Labels labels(int... ids) {
        float[] sure = new float[ids.length];
        Arrays.fill(sure, 1);
        return new Labels(ids, sure);
    }
}
