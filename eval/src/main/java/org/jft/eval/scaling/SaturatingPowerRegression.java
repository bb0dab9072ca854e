package org.jft.eval.scaling;

import java.util.Arrays;
import java.util.Optional;

/**
 * Regression for {@code error = e_inf + beta n^-alpha}: given the floor, log(error - e_inf) is a
 * straight line in log(n), so beta and alpha are closed form; the floor is the one whose law has
 * the least squares of log error, by a grid and golden-section search.
 *
 * <p>Beside {@link SaturatingPowerFitter} with {@link Residuals#LOG} it weighs the points near the
 * floor more, which are the ones that an extrapolation starts from. Alabdulmohsin et al. 2022 use
 * the same regression but choose the floor, too, by residuals of log(error - e_inf); these shrink
 * with the floor, so that their optimum may be a floor of 0 where the curve is plainly flat.
 */
final class SaturatingPowerRegression extends CurveFitter {
    private static final int GRID = 121;
    private static final double NEAREST = Math.log(1e-6); // of log(1 - e_inf / lowest error)
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    private final SaturatingPowerFitter leastSquares = new SaturatingPowerFitter(Residuals.LOG);

    @Override
    public String law() {
        return leastSquares.law();
    }

    @Override
    int parameterCount() {
        return leastSquares.parameterCount();
    }

    @Override
    Residuals residuals() {
        return Residuals.LOG;
    }

    @Override
    public Optional<String> obstacle(Curve curve) {
        return leastSquares.obstacle(curve);
    }

    @Override
    Verdict judge(Curve curve, ScalingLaw law) {
        return leastSquares.judge(curve, law);
    }

    @Override
    SaturatingPower solve(SizeMeans means, Response response) {
        double lowest = Math.exp(Arrays.stream(means.means()).min().orElseThrow());
        // gap = log(1 - floor / lowest): even steps of it are fine where the fit changes fast.
        double step = NEAREST / (GRID - 1);
        int best = 0;
        for (int i = 1; i < GRID; i++) {
            if (squares(means, response, lowest, i * step)
                    < squares(means, response, lowest, best * step)) {
                best = i;
            }
        }
        double high = Math.max(best - 1, 0) * step;
        double low = Math.min(best + 1, GRID - 1) * step;
        while (high - low > 1e-12) {
            double left = high - GOLDEN * (high - low);
            double right = low + GOLDEN * (high - low);
            if (squares(means, response, lowest, left) < squares(means, response, lowest, right)) {
                high = right;
            } else {
                low = left;
            }
        }
        double refined = (low + high) / 2;
        double grid = squares(means, response, lowest, best * step);
        boolean better = squares(means, response, lowest, refined) < grid;
        SaturatingPower law = regress(means, response, lowest, better ? refined : best * step);
        return law.alpha() > 0 ? law : leastSquares.solve(means, response);
    }

    private static double squares(SizeMeans means, Response response, double lowest, double gap) {
        SaturatingPower law = regress(means, response, lowest, gap);
        double sum = 0;
        for (int s = 0; s < means.means().length; s++) {
            double predicted =
                    law.errorFloor() + law.beta() * Math.pow(means.examples()[s], -law.alpha());
            sum += means.runs()[s] * Math.pow(Math.log(predicted) - means.means()[s], 2);
        }
        return sum;
    }

    /** Returns the line of log(error - floor) over log(n), as a law; alpha is 0 if it rises. */
    private static SaturatingPower regress(
            SizeMeans means, Response response, double lowest, double gap) {
        double floor = -lowest * Math.expm1(gap);
        double[] logs =
                Arrays.stream(means.means()).map(u -> Math.log(Math.exp(u) - floor)).toArray();
        LogLinear line = new LogLinearFitter().solve(means.withMeans(logs), response);
        double alpha = -line.b() / Math.log(10);
        return alpha > 0
                ? new SaturatingPower(response, floor, Math.exp(line.a()), alpha)
                : new SaturatingPower(response, 0, Math.exp(means.mean()), 0);
    }
}
