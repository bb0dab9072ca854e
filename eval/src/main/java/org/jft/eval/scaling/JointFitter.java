package org.jft.eval.scaling;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Least squares of log error for {@link JointLaw}, every run counting the same, from several
 * exponents, each with the best non-negative a, b and c of the errors taken out of their envelope.
 */
public final class JointFitter {
    private static final int PARAMETERS = 5;
    private static final int FEWEST_SIZES = 3; // two can always be joined by a power and a floor
    private static final double[] EXPONENTS = {0.1, 0.25, 0.5, 1};
    private static final double MIN_EXPONENT = 1e-3;
    private static final double MAX_EXPONENT = 10;
    private static final double UNSEEN = 0.02; // share of the error
    private static final int SWEEPS = 300;

    private final Response response;
    private final double guess;
    private final Cells cells;

    /** The runs of each pair of sizes. */
    private record Cells(double[] n, double[] m, List<double[]> logErrors, double[] means) {
        static Cells of(Response response, List<JointPoint> points) {
            TreeMap<Double, TreeMap<Double, List<JointPoint>>> grid =
                    points.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            JointPoint::parameters,
                                            TreeMap::new,
                                            Collectors.groupingBy(
                                                    JointPoint::examples,
                                                    TreeMap::new,
                                                    Collectors.toList())));
            List<List<JointPoint>> all =
                    grid.values().stream().flatMap(row -> row.values().stream()).toList();
            List<double[]> logErrors =
                    all.stream()
                            .map(
                                    runs ->
                                            runs.stream()
                                                    .mapToDouble(p -> response.error(p.value()))
                                                    .map(Math::log)
                                                    .toArray())
                            .toList();
            return new Cells(
                    all.stream().mapToDouble(runs -> runs.get(0).examples()).toArray(),
                    all.stream().mapToDouble(runs -> runs.get(0).parameters()).toArray(),
                    logErrors,
                    logErrors.stream()
                            .mapToDouble(runs -> Arrays.stream(runs).average().orElseThrow())
                            .toArray());
        }

        int size() {
            return n.length;
        }

        int runs(int cell) {
            return logErrors.get(cell).length;
        }

        int runs() {
            return logErrors.stream().mapToInt(runs -> runs.length).sum();
        }
    }

    /**
     * @param guess the error of guessing at random
     * @param points without an {@link #obstacle}
     */
    public JointFitter(Response response, double guess, List<JointPoint> points) {
        Optional<String> obstacle = obstacle(response, points);
        checkArgument(obstacle.isEmpty(), "%s", obstacle.orElse(""));
        this.response = response;
        this.guess = guess;
        this.cells = Cells.of(response, points);
    }

    /** Returns why the points cannot be fitted, in one sentence; empty when they can. */
    public static Optional<String> obstacle(Response response, List<JointPoint> points) {
        long data = points.stream().map(JointPoint::examples).distinct().count();
        long models = points.stream().map(JointPoint::parameters).distinct().count();
        if (data < FEWEST_SIZES || models < FEWEST_SIZES) {
            return Optional.of(
                    "a law of data and model size needs %d sizes of each; there are %d and %d"
                            .formatted(FEWEST_SIZES, data, models));
        }
        if (points.size() < PARAMETERS + 2) {
            return Optional.of(
                    "%d runs are too few for a law of %d parameters"
                            .formatted(points.size(), PARAMETERS));
        }
        return points.stream().anyMatch(p -> response.error(p.value()) <= 0)
                ? Optional.of("an error of 0 has no logarithm")
                : Optional.empty();
    }

    /** Fits, and resamples as the bootstrap says. */
    public JointFit fit(Bootstrap bootstrap) {
        double[] theta = solve(cells.means(), starts());
        JointLaw law = law(theta);
        boolean seedsVary = cells.logErrors().stream().allMatch(runs -> runs.length > 1);
        double[] fitted = predicted(law);
        List<double[]> deviations = deviations(seedsVary, fitted, bootstrap.level());
        Random random = new Random(bootstrap.seed());
        List<JointLaw> laws = new ArrayList<>();
        for (int i = 0; i < bootstrap.resamples(); i++) {
            double[] means = seedsVary ? cells.means().clone() : fitted.clone();
            for (int cell = 0; cell < means.length; cell++) {
                means[cell] += drawnMean(deviations.get(cell), cells.runs(cell), random);
            }
            laws.add(law(solve(means, List.of(theta))));
        }
        Map<String, Interval> intervals = new LinkedHashMap<>();
        for (String name : law.parameters().keySet()) {
            intervals.put(name, bootstrap.interval(laws, one -> one.parameters().get(name)));
        }
        return new JointFit(
                law,
                bootstrap.level(),
                seedsVary
                        ? "runs drawn again within each pair of sizes"
                        : "residuals of the fit drawn again (not every pair of sizes was run twice)",
                intervals,
                Math.sqrt(squares(fitted) / cells.runs()),
                note(theta, intervals));
    }

    private String note(double[] theta, Map<String, Interval> intervals) {
        double ofSmallest = Math.exp(theta[1]);
        double range = Arrays.stream(cells.m()).max().orElseThrow() / min(cells.m());
        double ofLargest = ofSmallest * Math.pow(range, -Math.exp(theta[4]));
        double x = Math.exp(theta[0]) + ofSmallest + theta[2];
        if (ofSmallest - ofLargest < UNSEEN * x) {
            return "these runs show no effect of model size, so b and beta mean nothing";
        }
        List<String> open = new ArrayList<>();
        for (String exponent : List.of("alpha", "beta")) {
            Interval interval = intervals.get(exponent);
            if (interval.high() > 5 * interval.low()) {
                open.add(exponent);
            }
        }
        return open.isEmpty()
                ? ""
                : "not determined within a factor of five: " + String.join(" and ", open);
    }

    private double[] predicted(JointLaw law) {
        double[] logErrors = new double[cells.size()];
        Arrays.setAll(
                logErrors, i -> Math.log(response.error(law.valueAt(cells.n()[i], cells.m()[i]))));
        return logErrors;
    }

    private double squares(double[] fitted) {
        double sum = 0;
        for (int cell = 0; cell < fitted.length; cell++) {
            for (double run : cells.logErrors().get(cell)) {
                sum += Math.pow(run - fitted[cell], 2);
            }
        }
        return sum;
    }

    /** Returns what each cell draws from, widened as {@link Resampling} does, and why. */
    private List<double[]> deviations(boolean seedsVary, double[] fitted, double level) {
        int spare = cells.runs() - (seedsVary ? cells.size() : PARAMETERS);
        double widening = StudentT.twoSided(level, spare) / StudentT.normalTwoSided(level);
        List<double[]> own = new ArrayList<>();
        for (int cell = 0; cell < cells.size(); cell++) {
            double m = cells.runs(cell);
            double scale =
                    widening
                            * (seedsVary
                                    ? Math.sqrt(m / (m - 1))
                                    : Math.sqrt((double) cells.runs() / spare));
            double centre = seedsVary ? cells.means()[cell] : fitted[cell];
            own.add(
                    Arrays.stream(cells.logErrors().get(cell))
                            .map(run -> scale * (run - centre))
                            .toArray());
        }
        if (seedsVary) {
            return own;
        }
        double[] pooled = own.stream().flatMapToDouble(Arrays::stream).toArray();
        double mean = Arrays.stream(pooled).average().orElseThrow();
        double[] centred = Arrays.stream(pooled).map(d -> d - mean).toArray();
        return own.stream().map(any -> centred).toList();
    }

    private static double drawnMean(double[] from, int runs, Random random) {
        double sum = 0;
        for (int run = 0; run < runs; run++) {
            sum += from[random.nextInt(from.length)];
        }
        return sum / runs;
    }

    /** theta is (log a n_min^-alpha, log b m_min^-beta, c, log alpha, log beta). */
    private double[] solve(double[] target, List<double[]> starts) {
        double[] lower = new double[PARAMETERS];
        double[] upper = new double[PARAMETERS];
        Arrays.fill(lower, 0, 2, Math.log(1e-9 * guess));
        Arrays.fill(upper, 0, 2, Math.log(100 * guess));
        upper[2] = guess;
        Arrays.fill(lower, 3, 5, Math.log(MIN_EXPONENT));
        Arrays.fill(upper, 3, 5, Math.log(MAX_EXPONENT));
        BoxedLeastSquares solver =
                new BoxedLeastSquares(
                        (theta, r, jacobian) -> evaluate(target, theta, r, jacobian),
                        cells.size(),
                        lower,
                        upper);
        BoxedLeastSquares.Minimum best = null;
        for (double[] start : starts) {
            BoxedLeastSquares.Minimum minimum = solver.from(start);
            if (best == null || minimum.sumOfSquares() < best.sumOfSquares()) {
                best = minimum;
            }
        }
        return best.theta();
    }

    private void evaluate(double[] target, double[] theta, double[] r, double[][] jacobian) {
        double alpha = Math.exp(theta[3]);
        double beta = Math.exp(theta[4]);
        for (int i = 0; i < r.length; i++) {
            double logN = Math.log(cells.n()[i] / min(cells.n()));
            double logM = Math.log(cells.m()[i] / min(cells.m()));
            double ofData = Math.exp(theta[0] - alpha * logN);
            double ofModel = Math.exp(theta[1] - beta * logM);
            double x = Math.max(ofData + ofModel + theta[2], 1e-300);
            double weight = Math.sqrt(cells.runs(i));
            double slope = weight * guess * guess / (x * (x * x + guess * guess));
            r[i] = weight * (Math.log(JointLaw.envelope(x, guess)) - target[i]);
            jacobian[i][0] = slope * ofData;
            jacobian[i][1] = slope * ofModel;
            jacobian[i][2] = slope;
            jacobian[i][3] = -slope * ofData * alpha * logN;
            jacobian[i][4] = -slope * ofModel * beta * logM;
        }
    }

    private List<double[]> starts() {
        List<double[]> starts = new ArrayList<>();
        for (double alpha : EXPONENTS) {
            for (double beta : EXPONENTS) {
                double[] weights = nonNegative(columns(alpha, beta));
                starts.add(
                        new double[] {
                            Math.log(Math.max(weights[0], 1e-6 * guess)),
                            Math.log(Math.max(weights[1], 1e-6 * guess)),
                            weights[2],
                            Math.log(alpha),
                            Math.log(beta)
                        });
            }
        }
        return starts;
    }

    /** Returns [3][cells]: (n / n_min)^-alpha, (m / m_min)^-beta and 1. */
    private double[][] columns(double alpha, double beta) {
        double[][] columns = new double[3][cells.size()];
        for (int i = 0; i < cells.size(); i++) {
            columns[0][i] = Math.pow(cells.n()[i] / min(cells.n()), -alpha);
            columns[1][i] = Math.pow(cells.m()[i] / min(cells.m()), -beta);
            columns[2][i] = 1;
        }
        return columns;
    }

    /** Non-negative least squares of the errors without their envelope, a weight at a time. */
    private double[] nonNegative(double[][] columns) {
        double[] rest = new double[cells.size()];
        Arrays.setAll(rest, i -> JointLaw.inverse(Math.exp(cells.means()[i]), guess));
        double[] weights = new double[columns.length];
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int c = 0; c < columns.length; c++) {
                double xy = 0;
                double xx = 0;
                for (int i = 0; i < rest.length; i++) {
                    xy += columns[c][i] * (rest[i] + weights[c] * columns[c][i]);
                    xx += columns[c][i] * columns[c][i];
                }
                double next = Math.max(0, xy / xx);
                for (int i = 0; i < rest.length; i++) {
                    rest[i] -= (next - weights[c]) * columns[c][i];
                }
                weights[c] = next;
            }
        }
        return weights;
    }

    private JointLaw law(double[] theta) {
        double alpha = Math.exp(theta[3]);
        double beta = Math.exp(theta[4]);
        return new JointLaw(
                response,
                guess,
                Math.exp(theta[0]) * Math.pow(min(cells.n()), alpha),
                alpha,
                Math.exp(theta[1]) * Math.pow(min(cells.m()), beta),
                beta,
                theta[2]);
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }
}
