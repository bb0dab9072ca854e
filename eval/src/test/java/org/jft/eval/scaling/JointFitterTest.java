package org.jft.eval.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JointFitterTest {
    private static final JointLaw TRUTH = new JointLaw(Response.SCORE, 1, 8, 0.35, 30, 0.45, 0.1);
    private static final double[] EXAMPLES = {1e3, 3e3, 1e4, 3e4, 1e5};
    private static final double[] PARAMETERS = {5e4, 2e5, 8e5, 3.2e6};

    @Test
    void shouldFindTheTruthWithoutNoise() {
        JointFit fit = fit(draw(TRUTH, 1, 0, new Random(1)), 10);
        TRUTH.parameters()
                .forEach(
                        (name, value) ->
                                assertThat(fit.law().parameters().get(name))
                                        .as(name)
                                        .isCloseTo(value, within(1e-3 * value)));
        assertThat(fit.logRmse()).isLessThan(1e-6);
    }

    @Test
    void shouldCoverTheTruthInNinetyPercentOfDraws() {
        int draws = 200;
        Map<String, Integer> covered = new LinkedHashMap<>();
        Random random = new Random(7);
        for (int draw = 0; draw < draws; draw++) {
            JointFit fit = fit(draw(TRUTH, 3, 0.01, random), 200);
            TRUTH.parameters()
                    .forEach(
                            (name, value) ->
                                    covered.merge(
                                            name,
                                            fit.intervals().get(name).contains(value) ? 1 : 0,
                                            Integer::sum));
        }
        assertThat(covered.values()).as("%s of %d", covered, draws).allMatch(n -> n >= 0.9 * draws);
    }

    /** Held out: the largest model on the most data, and on ten times as much. */
    @Test
    void shouldExtrapolateBeyondBothSizes() {
        List<JointPoint> seen =
                draw(TRUTH, 3, 0.01, new Random(3)).stream()
                        .filter(p -> p.examples() < 1e5 && p.parameters() < 3.2e6)
                        .toList();
        JointLaw law = fit(seen, 10).law();
        for (double examples : new double[] {1e5, 1e6}) {
            assertThat(law.valueAt(examples, 3.2e6))
                    .isCloseTo(TRUTH.valueAt(examples, 3.2e6), within(0.03));
        }
    }

    @Test
    void shouldLeadToTheRandomGuessWhereThereIsNoDataAndToTheFloorWhereThereIsAll() {
        assertThat(TRUTH.valueAt(1e-9, 1e9)).isCloseTo(0, within(1e-3));
        double floor = 0.1 / Math.sqrt(1.01);
        assertThat(TRUTH.valueAt(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY))
                .isCloseTo(1 - floor, within(1e-12));
    }

    @Test
    void shouldSayWhatIsMissing() {
        List<JointPoint> two =
                draw(TRUTH, 3, 0.01, new Random(3)).stream()
                        .filter(p -> p.parameters() < 5e5)
                        .toList();
        assertThat(JointFitter.obstacle(Response.SCORE, two).orElseThrow())
                .contains("3 sizes of each", "5 and 2");
        assertThatThrownBy(() -> fit(two, 10)).hasMessageContaining("3 sizes of each");
    }

    @Test
    void shouldSayThatModelSizeMakesNoDifference() {
        JointLaw dataAlone = new JointLaw(Response.SCORE, 1, 8, 0.35, 0, 0.45, 0.1);
        assertThat(fit(draw(dataAlone, 3, 0.005, new Random(11)), 20).note())
                .contains("no effect of model size");
        assertThat(fit(draw(TRUTH, 3, 0.005, new Random(11)), 20).note()).isEmpty();
    }

    @Test
    void shouldResampleResidualsWhereSeedsDoNotVary() {
        JointFit fit = fit(draw(TRUTH, 1, 0.02, new Random(5)), 100);
        assertThat(fit.method()).contains("residuals");
        Interval alpha = fit.intervals().get("alpha");
        assertThat(alpha.low()).isLessThan(fit.law().alpha());
        assertThat(alpha.high()).isGreaterThan(fit.law().alpha());
    }

    private static JointFit fit(List<JointPoint> points, int resamples) {
        return new JointFitter(Response.SCORE, 1, points).fit(new Bootstrap(resamples, 0.95, 1));
    }

    /** Noise is relative to the error, as the fit takes it to be. */
    private static List<JointPoint> draw(JointLaw law, int seeds, double noise, Random random) {
        List<JointPoint> points = new ArrayList<>();
        for (double n : EXAMPLES) {
            for (double m : PARAMETERS) {
                for (int seed = 0; seed < seeds; seed++) {
                    double error = 1 - law.valueAt(n, m);
                    points.add(
                            new JointPoint(
                                    n, m, 1 - error * Math.exp(noise * random.nextGaussian())));
                }
            }
        }
        return points;
    }
}
