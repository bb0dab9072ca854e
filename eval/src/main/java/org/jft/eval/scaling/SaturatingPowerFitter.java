package org.jft.eval.scaling;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Least squares of {@code error = e_inf + beta n^-alpha}, with 0 <= e_inf <= the lowest mean error
 * of a size, and alpha in [0.001, 10].
 *
 * <p>The sum of squares has long, flat valleys, so no single start is trusted: every cell of a grid
 * over (alpha, e_inf), with the best beta in closed form, is tried, and the best cells of three
 * kinds (any floor, no floor, a floor near the lowest error) are refined in bounds. Inside, the
 * curve is written {@code e_inf + drop (n / n_min)^-alpha}: drop is the removable error at the
 * smallest size, of the same magnitude as the data, whatever n is.
 */
final class SaturatingPowerFitter extends CurveFitter {
    static final double MIN_ALPHA = 1e-3;
    static final double MAX_ALPHA = 10;
    private static final double[] FLOORS = {
        0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995
    };
    private static final int ALPHAS = 41;
    private static final double GRID_ALPHA = 0.01; // the lowest exponent worth a start

    private final Residuals residuals;

    SaturatingPowerFitter(Residuals residuals) {
        this.residuals = residuals;
    }

    @Override
    public String law() {
        return SaturatingPower.NAME;
    }

    @Override
    int parameterCount() {
        return 3;
    }

    @Override
    Residuals residuals() {
        return residuals;
    }

    @Override
    public Optional<String> obstacle(Curve curve) {
        boolean perfect =
                curve.points().stream().anyMatch(p -> curve.response().error(p.value()) <= 0);
        if (residuals == Residuals.LOG && perfect) {
            return Optional.of("an error of 0 has no logarithm; fit linear residuals");
        }
        return super.obstacle(curve);
    }

    @Override
    SaturatingPower solve(SizeMeans means, Response response) {
        Search search = new Search(means, response, residuals);
        BoxedLeastSquares.Minimum best = search.minimum(0, search.highestFloor);
        if (best.sumOfSquares() >= search.squaresOfConstant()) {
            return new SaturatingPower(response, 0, search.constantError(), 0);
        }
        return search.law(best.theta());
    }

    @Override
    Verdict judge(Curve curve, ScalingLaw law) {
        SaturatingPower power = (SaturatingPower) law;
        if (power.alpha() == 0) {
            return new Verdict(false, "the error does not fall with the data");
        }
        if (power.alpha() >= MAX_ALPHA * (1 - 1e-6) || power.alpha() <= MIN_ALPHA * (1 + 1e-6)) {
            return new Verdict(
                    false,
                    "alpha stands at the end of its range: the sizes do not show how fast"
                            + " the error falls");
        }
        Search search = new Search(SizeMeans.of(curve, residuals), curve.response(), residuals);
        double spare = curve.points().size() - parameterCount();
        double within = search.squaresWithin(curve);
        double t = StudentT.twoSided(0.95, (int) spare);
        double best = search.squares(power) + within;
        double bound = best * (1 + t * t / spare); // profile likelihood of the floor, 95%
        boolean zeroFits = search.minimum(0, 0).sumOfSquares() + within <= bound;
        double highest = search.highestFloor;
        if (zeroFits && search.minimum(highest, highest).sumOfSquares() + within <= bound) {
            return new Verdict(
                    false,
                    "the floor is not determined: every e_inf from 0 to the lowest error seen"
                            + " fits within the noise");
        }
        return zeroFits
                ? new Verdict(true, "no sign of saturation yet: a floor of 0 fits as well")
                : Verdict.IDENTIFIED;
    }

    /** One problem of least squares; theta is (e_inf, log drop, log alpha). */
    private static final class Search implements BoxedLeastSquares.Problem {
        private final SizeMeans means;
        private final Response response;
        private final Residuals residuals;
        private final double[] target; // [S] where the law should pass: error, or its logarithm
        private final double[] error; // [S]
        private final double[] logRatio; // [S] log(n / n_min)
        private final double highestFloor;
        private final double scale;

        Search(SizeMeans means, Response response, Residuals residuals) {
            this.means = means;
            this.response = response;
            this.residuals = residuals;
            boolean log = residuals == Residuals.LOG;
            double[] n = means.examples();
            target = new double[n.length];
            Arrays.setAll(target, s -> log ? means.means()[s] : response.error(means.means()[s]));
            error = Arrays.stream(target).map(u -> log ? Math.exp(u) : u).toArray();
            logRatio = Arrays.stream(n).map(x -> Math.log(x / n[0])).toArray();
            highestFloor = Math.max(0, Arrays.stream(error).min().orElseThrow());
            scale = Math.max(Arrays.stream(error).max().orElseThrow(), Double.MIN_NORMAL);
        }

        @Override
        public void evaluate(double[] theta, double[] r, double[][] jacobian) {
            double drop = Math.exp(theta[1]);
            double alpha = Math.exp(theta[2]);
            for (int s = 0; s < r.length; s++) {
                double weight = Math.sqrt(means.runs()[s]);
                double removable = drop * Math.exp(-alpha * logRatio[s]);
                double predicted = theta[0] + removable;
                double slope = residuals == Residuals.LOG ? weight / predicted : weight;
                r[s] = weight * (onAxis(predicted) - target[s]);
                jacobian[s][0] = slope;
                jacobian[s][1] = slope * removable;
                jacobian[s][2] = -slope * removable * alpha * logRatio[s];
            }
        }

        /** Refines the most promising cells of the grid, with the floor in the given range. */
        BoxedLeastSquares.Minimum minimum(double lowestFloor, double highestFloor) {
            double[] lower = {lowestFloor, Math.log(1e-9 * scale), Math.log(MIN_ALPHA)};
            double[] upper = {highestFloor, Math.log(10 * scale), Math.log(MAX_ALPHA)};
            BoxedLeastSquares solver = new BoxedLeastSquares(this, target.length, lower, upper);
            return starts(lowestFloor, highestFloor).stream()
                    .map(solver::from)
                    .min(Comparator.comparingDouble(BoxedLeastSquares.Minimum::sumOfSquares))
                    .orElseThrow();
        }

        /** Returns the best cell of each kind: some floor, no floor, a floor near the data. */
        private List<double[]> starts(double lowestFloor, double highestFloor) {
            double[] squares = new double[3];
            Arrays.fill(squares, Double.POSITIVE_INFINITY);
            double[][] best = new double[3][];
            for (int i = 0; i < ALPHAS; i++) {
                double alpha = GRID_ALPHA * Math.pow(MAX_ALPHA / GRID_ALPHA, i / (ALPHAS - 1.0));
                double[] decay = decay(alpha);
                for (double share : FLOORS) {
                    double floor = lowestFloor + share * (highestFloor - lowestFloor);
                    double drop = drop(floor, decay);
                    double sum = squares(floor, drop, decay);
                    int kind = share == 0 ? 1 : share >= 0.9 ? 2 : 0;
                    if (best[kind] == null || sum < squares[kind]) {
                        squares[kind] = sum;
                        best[kind] = new double[] {floor, Math.log(drop), Math.log(alpha)};
                    }
                }
            }
            return List.of(best);
        }

        /** Returns (n / n_min)^-alpha, [S]. */
        private double[] decay(double alpha) {
            return Arrays.stream(logRatio).map(ratio -> Math.exp(-alpha * ratio)).toArray();
        }

        /** Returns the drop of least squares for a floor and an exponent, in linear residuals. */
        private double drop(double floor, double[] decay) {
            double xy = 0;
            double xx = 0;
            for (int s = 0; s < error.length; s++) {
                xy += means.runs()[s] * decay[s] * (error[s] - floor);
                xx += means.runs()[s] * decay[s] * decay[s];
            }
            return Math.max(xy / xx, 1e-9 * scale);
        }

        private double squares(double floor, double drop, double[] decay) {
            double sum = 0;
            for (int s = 0; s < target.length; s++) {
                double distance = onAxis(floor + drop * decay[s]) - target[s];
                sum += means.runs()[s] * distance * distance;
            }
            return sum;
        }

        double squares(SaturatingPower law) {
            double drop = law.beta() * Math.pow(means.examples()[0], -law.alpha());
            return squares(law.errorFloor(), drop, decay(law.alpha()));
        }

        double squaresOfConstant() {
            return squares(0, constantError(), decay(0));
        }

        double constantError() {
            double mean = means.mean();
            return residuals == Residuals.LOG ? Math.exp(mean) : Math.max(0, response.error(mean));
        }

        /** Returns the squares around the means of the sizes, which no law can explain. */
        double squaresWithin(Curve curve) {
            double sum = 0;
            int s = 0;
            for (List<CurvePoint> runs : curve.bySize()) {
                for (CurvePoint run : runs) {
                    double u = residuals.of(response, run.value());
                    sum += Math.pow(u - means.means()[s], 2);
                }
                s++;
            }
            return sum;
        }

        SaturatingPower law(double[] theta) {
            double alpha = Math.exp(theta[2]);
            double beta = Math.exp(theta[1]) * Math.pow(means.examples()[0], alpha);
            return new SaturatingPower(response, theta[0], beta, alpha);
        }

        private double onAxis(double predicted) {
            return residuals == Residuals.LOG ? Math.log(predicted) : predicted;
        }
    }
}
