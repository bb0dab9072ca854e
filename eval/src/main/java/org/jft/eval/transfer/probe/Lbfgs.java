package org.jft.eval.transfer.probe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Minimises a smooth function by limited-memory BFGS (Nocedal and Wright, algorithms 7.4 and 7.5)
 * with a backtracking line search.
 *
 * @param iterations at most
 * @param tolerance ends when no component of the gradient is larger
 */
record Lbfgs(int iterations, double tolerance) {
    private static final int MEMORY = 10;
    private static final int HALVINGS = 40;
    private static final double SUFFICIENT_DECREASE = 1e-4;

    /** What is minimised. */
    interface Function {
        /**
         * Evaluates.
         *
         * @param gradient overwritten by the gradient at x
         * @return the value at x
         */
        double at(double[] x, double[] gradient);
    }

    /** A step taken and how it changed the gradient. */
    private record Pair(double[] step, double[] change, double product) {}

    /** Returns where it ended; {@code start} stays as it is. */
    double[] minimise(Function function, double[] start) {
        double[] x = start.clone();
        double[] gradient = new double[x.length];
        double value = function.at(x, gradient);
        Deque<Pair> pairs = new ArrayDeque<>();
        for (int i = 0; i < iterations && largest(gradient) > tolerance; i++) {
            double[] direction = direction(gradient, pairs);
            double slope = LinearScorer.dot(direction, gradient);
            // The first step knows no curvature: no longer than 1.
            double rate = pairs.isEmpty() ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
            double[] nextGradient = new double[x.length];
            double[] next = null;
            double nextValue = Double.NaN;
            for (int halving = 0; halving < HALVINGS; halving++) {
                next = moved(x, direction, rate);
                nextValue = function.at(next, nextGradient);
                if (nextValue <= value + SUFFICIENT_DECREASE * rate * slope) {
                    break;
                }
                rate /= 2;
            }
            if (!(nextValue < value)) {
                return x; // as low as these numbers go
            }
            remember(pairs, difference(next, x), difference(nextGradient, gradient));
            x = next;
            value = nextValue;
            gradient = nextGradient;
        }
        return x;
    }

    /** Returns minus the gradient times the estimated inverse Hessian. */
    private static double[] direction(double[] gradient, Deque<Pair> pairs) {
        double[] d = gradient.clone();
        List<Pair> newestFirst = new ArrayList<>(pairs);
        Collections.reverse(newestFirst);
        double[] alpha = new double[newestFirst.size()];
        for (int i = 0; i < alpha.length; i++) {
            Pair pair = newestFirst.get(i);
            alpha[i] = LinearScorer.dot(pair.step, d) / pair.product;
            add(d, -alpha[i], pair.change);
        }
        double scale = 1;
        if (!pairs.isEmpty()) {
            Pair newest = pairs.getLast();
            scale = newest.product / LinearScorer.dot(newest.change, newest.change);
        }
        for (int j = 0; j < d.length; j++) {
            d[j] *= scale;
        }
        for (int i = alpha.length - 1; i >= 0; i--) {
            Pair pair = newestFirst.get(i);
            double beta = LinearScorer.dot(pair.change, d) / pair.product;
            add(d, alpha[i] - beta, pair.step);
        }
        for (int j = 0; j < d.length; j++) {
            d[j] = -d[j];
        }
        return d;
    }

    /** A pair without positive curvature would spoil the estimate; convex functions have few. */
    private static void remember(Deque<Pair> pairs, double[] step, double[] change) {
        double product = LinearScorer.dot(step, change);
        if (product > 1e-12 * LinearScorer.dot(change, change)) {
            pairs.addLast(new Pair(step, change, product));
            if (pairs.size() > MEMORY) {
                pairs.removeFirst();
            }
        }
    }

    private static double[] moved(double[] x, double[] direction, double rate) {
        double[] next = x.clone();
        add(next, rate, direction);
        return next;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int j = 0; j < to.length; j++) {
            to[j] += factor * what[j];
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] result = a.clone();
        add(result, -1, b);
        return result;
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
