package org.jft.eval.scaling;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** The families there are. */
final class LawFamilies {
    private static final double NEAREST = Math.log(1e-6); // of log(1 - e_inf / lowest error)
    private static final String FLOOR = "floor e_inf";

    private LawFamilies() {}

    /** {@link PowerLaw}: the line itself. */
    static final class Power implements LawFamily {
        @Override
        public String law() {
            return PowerLaw.NAME;
        }

        @Override
        public int parameterCount() {
            return 2;
        }

        @Override
        public String[] axes() {
            return new String[0];
        }

        @Override
        public Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at) {
            Regression line = Regression.of(means.runs(), means.means(), logs(means.examples(), 0));
            return falling(line, 0)
                    .map(alpha -> new PowerLaw(response, Math.exp(line.intercept()), alpha));
        }
    }

    /** {@link SaturatingPower}: log(error - e_inf) is a line in log n. */
    static final class Saturating implements LawFamily {
        @Override
        public String law() {
            return SaturatingPower.NAME;
        }

        @Override
        public int parameterCount() {
            return 3;
        }

        @Override
        public String[] axes() {
            return new String[] {FLOOR};
        }

        @Override
        public Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at) {
            double floor = floor(means, at[0]);
            Regression line =
                    Regression.of(means.runs(), above(means, floor), logs(means.examples(), 0));
            return falling(line, 0)
                    .map(
                            alpha ->
                                    new SaturatingPower(
                                            response, floor, Math.exp(line.intercept()), alpha));
        }
    }

    /** {@link ShiftedPower}: log(error - e_inf) is a line in log(n + shift). */
    static final class Shifted implements LawFamily {
        @Override
        public String law() {
            return ShiftedPower.NAME;
        }

        @Override
        public int parameterCount() {
            return 4;
        }

        @Override
        public String[] axes() {
            return new String[] {FLOOR, "shift"};
        }

        @Override
        public Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at) {
            double floor = floor(means, at[0]);
            double[] n = means.examples();
            double shift = LawFamily.fromZero(at[1], 1e-3 * n[0], 10 * n[n.length - 1]);
            Regression line = Regression.of(means.runs(), above(means, floor), logs(n, shift));
            return falling(line, 0)
                    .map(
                            alpha ->
                                    new ShiftedPower(
                                            response,
                                            floor,
                                            Math.exp(line.intercept()),
                                            alpha,
                                            shift));
        }
    }

    /** {@link OffsetPower}: log error is a line in log(1/n + gamma). */
    static final class Offset implements LawFamily {
        @Override
        public String law() {
            return OffsetPower.NAME;
        }

        @Override
        public int parameterCount() {
            return 3;
        }

        @Override
        public String[] axes() {
            return new String[] {"offset gamma"};
        }

        @Override
        public Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at) {
            double[] n = means.examples();
            double largest = n[n.length - 1];
            double gamma = LawFamily.fromZero(at[0], 1e-4 / largest, 1e4 / largest);
            double[] x = map(n, examples -> Math.log(1 / examples + gamma));
            Regression line = Regression.of(means.runs(), means.means(), x);
            double alpha = line.slope(0);
            return alpha > 0
                    ? Optional.of(
                            new OffsetPower(response, Math.exp(line.intercept()), gamma, alpha))
                    : Optional.empty();
        }
    }

    /** {@link SigmoidalPower}: log(error - e_inf) is a plane in log n and log(e_0 - error). */
    static final class Sigmoidal implements LawFamily {
        @Override
        public String law() {
            return SigmoidalPower.NAME;
        }

        @Override
        public int parameterCount() {
            return 5;
        }

        @Override
        public String[] axes() {
            return new String[] {FLOOR, "ceiling e_0"};
        }

        @Override
        public Optional<ScalingLaw> regress(SizeMeans means, Response response, double[] at) {
            double floor = floor(means, at[0]);
            double highest = Math.exp(Arrays.stream(means.means()).max().orElseThrow());
            double ceiling = highest * (1 + 1e-3 * Math.pow(1e5, at[1]));
            double[] x = logs(means.examples(), 0);
            double[] y = above(means, floor);
            double[] below = map(means.means(), u -> Math.log(ceiling - Math.exp(u)));
            Regression plane = Regression.of(means.runs(), y, x, below);
            Regression fit = plane.slope(1) >= 0 ? plane : Regression.of(means.runs(), y, x);
            double kappa = Math.max(0, plane.slope(1));
            return falling(fit, 0)
                    .map(
                            alpha ->
                                    new SigmoidalPower(
                                            response,
                                            floor,
                                            ceiling,
                                            fit.intercept(),
                                            alpha,
                                            kappa));
        }
    }

    /** A curve that does not fall has no exponent. */
    private static Optional<Double> falling(Regression line, int column) {
        double alpha = -line.slope(column);
        return alpha > 0 ? Optional.of(alpha) : Optional.empty();
    }

    private static double floor(SizeMeans means, double t) {
        double lowest = Math.exp(Arrays.stream(means.means()).min().orElseThrow());
        return -lowest * Math.expm1(NEAREST * t);
    }

    private static double[] above(SizeMeans means, double floor) {
        return map(means.means(), u -> Math.log(Math.exp(u) - floor));
    }

    private static double[] logs(double[] n, double shift) {
        return map(n, examples -> Math.log(examples + shift));
    }

    private static double[] map(double[] values, DoubleUnaryOperator f) {
        return Arrays.stream(values).map(f).toArray();
    }
}
