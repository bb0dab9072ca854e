package org.jft.eval.scaling;

/**
 * Weighted least squares {@code y = intercept + sum_k slope_k x_k}, by orthogonalising centred
 * columns one after the other: columns that are almost constant, or almost a line in each other, do
 * not square the condition as the normal equations would.
 */
final class Regression {
    private final double[] slopes;
    private final double intercept;

    private Regression(double[] slopes, double intercept) {
        this.slopes = slopes;
        this.intercept = intercept;
    }

    /**
     * Solves.
     *
     * @param weights [S], positive
     * @param y [S]
     * @param columns [K][S]; one that is a line in those before it gets the slope 0
     */
    static Regression of(double[] weights, double[] y, double[]... columns) {
        int count = columns.length;
        double[][] basis = new double[count][];
        double[][] triangle = new double[count][count]; // column j = sum_i triangle[i][j] basis i
        for (int j = 0; j < count; j++) {
            double[] column = centred(weights, columns[j]);
            double before = dot(weights, column, column);
            for (int i = 0; i < j; i++) {
                double share = dot(weights, basis[i], column);
                triangle[i][j] = share;
                subtract(column, share, basis[i]);
            }
            double square = dot(weights, column, column);
            boolean independent = square > 1e-24 * before && square > 0;
            double norm = Math.sqrt(square);
            triangle[j][j] = independent ? norm : 0;
            for (int s = 0; s < column.length; s++) {
                column[s] = independent ? column[s] / norm : 0;
            }
            basis[j] = column;
        }
        double[] slopes = new double[count];
        double intercept = mean(weights, y);
        for (int j = count - 1; j >= 0; j--) {
            double rest = dot(weights, basis[j], y);
            for (int k = j + 1; k < count; k++) {
                rest -= triangle[j][k] * slopes[k];
            }
            slopes[j] = triangle[j][j] == 0 ? 0 : rest / triangle[j][j];
            intercept -= slopes[j] * mean(weights, columns[j]);
        }
        return new Regression(slopes, intercept);
    }

    double slope(int column) {
        return slopes[column];
    }

    double intercept() {
        return intercept;
    }

    private static double[] centred(double[] weights, double[] column) {
        double mean = mean(weights, column);
        double[] centred = column.clone();
        for (int s = 0; s < centred.length; s++) {
            centred[s] -= mean;
        }
        return centred;
    }

    private static double mean(double[] weights, double[] values) {
        double sum = 0;
        double weight = 0;
        for (int s = 0; s < values.length; s++) {
            sum += weights[s] * values[s];
            weight += weights[s];
        }
        return sum / weight;
    }

    private static double dot(double[] weights, double[] a, double[] b) {
        double sum = 0;
        for (int s = 0; s < a.length; s++) {
            sum += weights[s] * a[s] * b[s];
        }
        return sum;
    }

    private static void subtract(double[] from, double factor, double[] what) {
        for (int s = 0; s < from.length; s++) {
            from[s] -= factor * what[s];
        }
    }
}
