package org.jft.eval.scaling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses a law by how well it extrapolates inside the curve: what lies beyond a half, a quarter
 * and an eighth of the largest size is held out in turn, each law is fitted to the rest and judged
 * by what it did not see. Judging by the fit itself would always prefer the law with more
 * parameters.
 *
 * @param scores mean {@link Extrapolation#logRmse} over the turns, by law, in the order given; of
 *     the laws that could be fitted in every turn
 * @param best the fitter of the lowest; empty when the curve is too short to hold anything out
 */
public record LawChoice(Map<String, Double> scores, Optional<CurveFitter> best) {
    private static final int TURNS = 3;
    private static final int FEWEST_SIZES = 4; // to fit: three parameters, and one to spare

    /** Judges laws on a curve. */
    public static LawChoice among(List<CurveFitter> fitters, Curve curve) {
        List<Curve> seen = new ArrayList<>();
        for (int turn = 1; turn <= TURNS; turn++) {
            double limit = curve.largest() / (1 << turn) * (1 + 1e-9);
            List<CurvePoint> points =
                    curve.points().stream().filter(p -> p.examples() <= limit).toList();
            if (!points.isEmpty()) {
                seen.add(new Curve(curve.response(), points));
            }
        }
        seen.removeIf(part -> part.sizes() < FEWEST_SIZES);
        Map<String, Double> scores = new LinkedHashMap<>();
        Optional<CurveFitter> best = Optional.empty();
        double lowest = Double.POSITIVE_INFINITY;
        for (CurveFitter fitter : fitters) {
            double score =
                    seen.stream()
                            .mapToDouble(part -> score(fitter, part, curve))
                            .average()
                            .orElse(Double.POSITIVE_INFINITY);
            if (score < Double.POSITIVE_INFINITY) {
                scores.put(fitter.law(), score);
            }
            if (score < lowest) {
                lowest = score;
                best = Optional.of(fitter);
            }
        }
        return new LawChoice(scores, best);
    }

    private static double score(CurveFitter fitter, Curve seen, Curve whole) {
        if (fitter.obstacle(seen).isPresent()) {
            return Double.POSITIVE_INFINITY;
        }
        List<CurvePoint> unseen =
                whole.points().stream().filter(p -> p.examples() > seen.largest()).toList();
        ScalingLaw law = fitter.solve(SizeMeans.of(seen, fitter.residuals()), seen.response());
        return Extrapolation.logRmse(law, whole.response(), unseen);
    }
}
