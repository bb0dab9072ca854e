package org.jft.eval.scaling;

import java.util.Arrays;

/**
 * Levenberg-Marquardt with bounds on every parameter: parameters that stand on a bound and are
 * pushed outwards are held, the others take a damped Gauss-Newton step, clamped to the box. A step
 * that does not reduce the sum of squares is retried with more damping, so the sum never grows.
 */
final class BoxedLeastSquares {
    private static final int MAX_STEPS = 300;
    private static final double MAX_DAMPING = 1e12;

    /** Residuals and their derivatives at a point of the box. */
    interface Problem {
        /**
         * @param theta [P]
         * @param residuals [R], filled in
         * @param jacobian [R][P], d residual / d theta, filled in
         */
        void evaluate(double[] theta, double[] residuals, double[][] jacobian);
    }

    /** Where the search ended. */
    record Minimum(double[] theta, double sumOfSquares) {}

    private final Problem problem;
    private final double[] lower;
    private final double[] upper;
    private final double[] residuals;
    private final double[][] jacobian;

    BoxedLeastSquares(Problem problem, int residualCount, double[] lower, double[] upper) {
        this.problem = problem;
        this.lower = lower;
        this.upper = upper;
        residuals = new double[residualCount];
        jacobian = new double[residualCount][lower.length];
    }

    Minimum from(double[] start) {
        double[] theta = clamp(start);
        double squares = evaluate(theta);
        double damping = 1e-3;
        for (int step = 0; step < MAX_STEPS && damping < MAX_DAMPING; step++) {
            double[] gradient = gradient();
            double[][] normal = normal();
            boolean[] held = held(theta, gradient);
            boolean moved = false;
            while (!moved && damping < MAX_DAMPING) {
                double[] next = clamp(plus(theta, step(normal, gradient, held, damping)));
                double nextSquares = evaluate(next);
                if (nextSquares < squares) {
                    moved = true;
                    boolean converged = squares - nextSquares <= 1e-15 * squares;
                    theta = next;
                    squares = nextSquares;
                    damping = converged ? MAX_DAMPING : Math.max(damping / 10, 1e-12);
                } else {
                    damping *= 10;
                }
            }
        }
        return new Minimum(theta, squares);
    }

    private double evaluate(double[] theta) {
        problem.evaluate(theta, residuals, jacobian);
        double sum = 0;
        for (double r : residuals) {
            sum += r * r;
        }
        return Double.isNaN(sum) ? Double.POSITIVE_INFINITY : sum;
    }

    private double[] gradient() {
        double[] gradient = new double[lower.length];
        for (int r = 0; r < residuals.length; r++) {
            for (int p = 0; p < gradient.length; p++) {
                gradient[p] += jacobian[r][p] * residuals[r];
            }
        }
        return gradient;
    }

    private double[][] normal() {
        double[][] normal = new double[lower.length][lower.length];
        for (double[] row : jacobian) {
            for (int p = 0; p < row.length; p++) {
                for (int q = 0; q < row.length; q++) {
                    normal[p][q] += row[p] * row[q];
                }
            }
        }
        return normal;
    }

    private boolean[] held(double[] theta, double[] gradient) {
        boolean[] held = new boolean[theta.length];
        for (int p = 0; p < theta.length; p++) {
            held[p] =
                    (theta[p] <= lower[p] && gradient[p] >= 0)
                            || (theta[p] >= upper[p] && gradient[p] <= 0);
        }
        return held;
    }

    /** Solves (J'J + damping diag(J'J)) step = -J'r over the free parameters. */
    private static double[] step(
            double[][] normal, double[] gradient, boolean[] held, double damping) {
        int size = gradient.length;
        double[][] system = new double[size][size + 1];
        for (int p = 0; p < size; p++) {
            if (held[p]) {
                system[p][p] = 1;
                continue;
            }
            for (int q = 0; q < size; q++) {
                system[p][q] = held[q] ? 0 : normal[p][q];
            }
            system[p][p] += damping * normal[p][p] + Double.MIN_NORMAL;
            system[p][size] = -gradient[p];
        }
        return solve(system);
    }

    /** Gauss-Jordan with row pivoting of [P][P + 1]; a singular system gives NaN or infinity. */
    private static double[] solve(double[][] system) {
        int size = system.length;
        for (int column = 0; column < size; column++) {
            int pivot = column;
            for (int row = column + 1; row < size; row++) {
                if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) {
                    pivot = row;
                }
            }
            double[] swap = system[pivot];
            system[pivot] = system[column];
            system[column] = swap;
            for (int row = 0; row < size; row++) {
                double factor = row == column ? 0 : system[row][column] / system[column][column];
                for (int k = column; factor != 0 && k <= size; k++) {
                    system[row][k] -= factor * system[column][k];
                }
            }
        }
        double[] solution = new double[size];
        Arrays.setAll(solution, p -> system[p][size] / system[p][p]);
        return solution;
    }

    private static double[] plus(double[] theta, double[] step) {
        double[] sum = new double[theta.length];
        Arrays.setAll(sum, p -> Double.isFinite(step[p]) ? theta[p] + step[p] : theta[p]);
        return sum;
    }

    private double[] clamp(double[] theta) {
        double[] inside = new double[theta.length];
        Arrays.setAll(inside, p -> Math.max(lower[p], Math.min(upper[p], theta[p])));
        return inside;
    }
}
