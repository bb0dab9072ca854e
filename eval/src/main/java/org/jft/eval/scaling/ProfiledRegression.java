package org.jft.eval.scaling;

import java.util.Arrays;
import java.util.Optional;

/**
 * Fits a {@link LawFamily}: at each point of its axes the rest is a linear regression; the point is
 * the one whose law has the least squares of log error, by a grid that is made finer around its
 * best cell.
 *
 * <p>Beside least squares over all parameters this weighs the points near the floor more, which are
 * the ones that an extrapolation starts from. Alabdulmohsin et al. 2022 use the same regressions
 * but choose the axes, too, by residuals in the transform; these shrink with the floor, so that
 * their optimum may be a floor of 0 where the curve is plainly flat.
 */
final class ProfiledRegression extends CurveFitter {
    private static final int[] CELLS = {0, 121, 25}; // of an axis, by the number of axes
    private static final int ZOOM_CELLS = 9; // two old cells to each side, halved: valleys are bent
    private static final double ZOOM_END = 1e-7;

    private final LawFamily family;

    ProfiledRegression(LawFamily family) {
        this.family = family;
    }

    @Override
    public String law() {
        return family.law();
    }

    @Override
    int parameterCount() {
        return family.parameterCount();
    }

    @Override
    Residuals residuals() {
        return Residuals.LOG;
    }

    @Override
    public Optional<String> obstacle(Curve curve) {
        if (curve.points().stream().anyMatch(p -> curve.response().error(p.value()) <= 0)) {
            return Optional.of("an error of 0 has no logarithm");
        }
        return super.obstacle(curve);
    }

    @Override
    ScalingLaw solve(SizeMeans means, Response response) {
        Profile profile = new Profile(means, response);
        int axes = family.axes().length;
        double[] centre = new double[axes];
        Arrays.fill(centre, 0.5);
        if (axes == 0) {
            profile.scan(centre, 1, 1);
        } else {
            double step = profile.scan(centre, 0.5, CELLS[axes]);
            while (step > ZOOM_END) {
                step = profile.scan(profile.best, 2 * step, ZOOM_CELLS);
            }
        }
        return profile.law == null
                ? new PowerLaw(response, Math.exp(means.mean()), 0) // it does not fall
                : profile.law;
    }

    @Override
    Verdict judge(Curve curve, ScalingLaw law) {
        if (law.valueAt(curve.smallest()) == law.valueAt(curve.largest())) {
            return new Verdict(false, "the error does not fall with the data");
        }
        SizeMeans means = SizeMeans.of(curve, Residuals.LOG);
        double within = within(curve, means);
        double spare = Math.max(1, curve.points().size() - parameterCount());
        double t = StudentT.twoSided(0.95, (int) spare);
        double best = squares(means, curve.response(), law) + within;
        double bound = best * (1 + t * t / spare); // profile likelihood of an axis, 95%
        String[] axes = family.axes();
        for (int axis = 0; axis < axes.length; axis++) {
            boolean lowest = fits(means, curve.response(), axis, 0, bound - within);
            boolean highest = fits(means, curve.response(), axis, 1, bound - within);
            if (lowest && highest) {
                return new Verdict(
                        false,
                        "the %s is not determined: both ends of its range fit within the noise"
                                .formatted(axes[axis]));
            }
            if (lowest && axis == 0) {
                return new Verdict(
                        true,
                        "no sign of saturation yet: a %s of 0 fits as well".formatted(axes[0]));
            }
        }
        return Verdict.IDENTIFIED;
    }

    /** Returns whether the law fits within the bound with an axis held at an end. */
    private boolean fits(SizeMeans means, Response response, int axis, double end, double bound) {
        Profile profile = new Profile(means, response);
        double[] at = new double[family.axes().length];
        int cells = CELLS[1];
        for (int i = 0; i < (at.length == 1 ? 1 : cells); i++) {
            Arrays.fill(at, i / (cells - 1.0));
            at[axis] = end;
            profile.visit(at);
        }
        return profile.squares <= bound;
    }

    private static double within(Curve curve, SizeMeans means) {
        double sum = 0;
        int s = 0;
        for (var runs : curve.bySize()) {
            for (CurvePoint run : runs) {
                double u = Residuals.LOG.of(curve.response(), run.value());
                sum += Math.pow(u - means.means()[s], 2);
            }
            s++;
        }
        return sum;
    }

    private static double squares(SizeMeans means, Response response, ScalingLaw law) {
        double sum = 0;
        for (int s = 0; s < means.means().length; s++) {
            double error = response.error(law.valueAt(means.examples()[s]));
            sum += means.runs()[s] * Math.pow(Math.log(error) - means.means()[s], 2);
        }
        return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : sum;
    }

    /** The best law met so far, and where on the axes. */
    private final class Profile {
        private final SizeMeans means;
        private final Response response;
        private double[] best;
        private ScalingLaw law;
        private double squares = Double.POSITIVE_INFINITY;

        Profile(SizeMeans means, Response response) {
            this.means = means;
            this.response = response;
        }

        /** Visits a grid of cells per axis around a centre; returns the distance of two cells. */
        double scan(double[] centre, double reach, int cells) {
            double[] around = centre.clone();
            double[] at = new double[around.length];
            double step = cells > 1 ? 2 * reach / (cells - 1) : 0;
            int visits = (int) Math.pow(cells, around.length);
            for (int visit = 0; visit < visits; visit++) {
                int rest = visit;
                for (int axis = 0; axis < at.length; axis++) {
                    double t = around[axis] - reach + step * (rest % cells);
                    at[axis] = Math.max(0, Math.min(1, t));
                    rest /= cells;
                }
                visit(at);
            }
            if (best == null) {
                best = around;
            }
            return step;
        }

        void visit(double[] at) {
            Optional<ScalingLaw> candidate = family.regress(means, response, at);
            if (candidate.isEmpty()) {
                return;
            }
            double sum = squares(means, response, candidate.get());
            if (sum < squares) {
                squares = sum;
                law = candidate.get();
                best = at.clone();
            }
        }
    }
}
