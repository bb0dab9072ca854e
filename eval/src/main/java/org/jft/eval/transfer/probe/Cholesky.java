package org.jft.eval.transfer.probe;

import static com.google.common.base.Preconditions.checkArgument;

/** The factor L of a symmetric positive definite matrix A = L L'. */
final class Cholesky {
    private final double[][] lower; // [n][n], upper part unused

    private Cholesky(double[][] lower) {
        this.lower = lower;
    }

    /**
     * Factorises in place, n^3 / 3 operations.
     *
     * @param a [n][n]; its lower part is read and overwritten
     * @throws IllegalArgumentException if it is not positive definite
     */
    static Cholesky of(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i][k] * a[j][k];
                }
                if (i == j) {
                    checkArgument(sum > 0, "not positive definite at row " + i);
                    a[i][i] = Math.sqrt(sum);
                } else {
                    a[i][j] = sum / a[j][j];
                }
            }
        }
        return new Cholesky(a);
    }

    /** Replaces b, [n], by the solution x of A x = b. */
    void solve(double[] b) {
        int n = lower.length;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                b[i] -= lower[i][k] * b[k];
            }
            b[i] /= lower[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                b[i] -= lower[k][i] * b[k];
            }
            b[i] /= lower[i][i];
        }
    }
}
