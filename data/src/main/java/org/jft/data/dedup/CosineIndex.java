package org.jft.data.dedup;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cosines of vectors with all of many others, after the mean of those others is subtracted from
 * both: features behind a rectifier have no negative components and would all seem alike. The
 * others are kept at length 1 in panels of {@value #PANEL}, each transposed, so that the inner loop
 * runs over neighbours in memory. It takes four components at a time, which saves three of four
 * stores; one sum at a time, which the JIT compiler turns into vector instructions:
 *
 * <pre>
 *   panel [width][256]     product [256] += query[k..k+3] * panel[k..k+3]     for k = 0, 4, ...
 * </pre>
 *
 * <p>4 bytes a component. Filled by {@link #add} and {@link #finish}, then searched, by one thread;
 * a search uses all cores.
 */
final class CosineIndex {
    private static final int PANEL = 256;
    private static final int AT_ONCE = 4;

    private final int width;
    private final int paddedWidth; // a multiple of AT_ONCE; beyond width are zeros
    private final double[] sum; // of all vectors
    private final List<float[][]> panels = new ArrayList<>();
    private int count;

    /** Takes what is found. */
    interface Sink {
        /**
         * @param query number among the queries
         * @param id number among the vectors indexed
         */
        void take(int query, int id, float cosine);
    }

    /** One pair above the bound. */
    private record Hit(int query, int id, float cosine) {}

    /**
     * @param width components of a vector
     */
    CosineIndex(int width) {
        this.width = width;
        this.paddedWidth = (width + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
        this.sum = new double[width];
    }

    /** Returns the vectors indexed. */
    int count() {
        return count;
    }

    /**
     * Adds a vector.
     *
     * @param vectors [..., width]
     */
    void add(FloatBuffer vectors, int row) {
        int lane = count % PANEL;
        if (lane == 0) {
            panels.add(new float[paddedWidth][PANEL]);
        }
        float[][] panel = panels.get(panels.size() - 1);
        for (int k = 0; k < width; k++) {
            float x = vectors.get(row * width + k);
            panel[k][lane] = x;
            sum[k] += x;
        }
        count++;
    }

    /** Subtracts the mean and brings all vectors to length 1; one at the mean stays at 0. */
    void finish() {
        float[] vector = new float[paddedWidth];
        for (int id = 0; id < count; id++) {
            float[][] panel = panels.get(id / PANEL);
            int lane = id % PANEL;
            for (int k = 0; k < width; k++) {
                vector[k] = panel[k][lane];
            }
            toUnit(vector);
            for (int k = 0; k < width; k++) {
                panel[k][lane] = vector[k];
            }
        }
    }

    /** Returns a row of a matrix less the mean at length 1, or at 0: a query. */
    float[] unit(FloatBuffer vectors, int row) {
        float[] unit = new float[paddedWidth];
        vectors.get(row * width, unit, 0, width);
        toUnit(unit);
        return unit;
    }

    private void toUnit(float[] vector) {
        double squares = 0;
        for (int k = 0; k < width; k++) {
            vector[k] -= (float) (sum[k] / count);
            squares += (double) vector[k] * vector[k];
        }
        float scale = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
        for (int k = 0; k < width; k++) {
            vector[k] *= scale;
        }
    }

    /** Returns the cosine of a query with a vector that is indexed. */
    float cosine(float[] unit, int id) {
        float[][] panel = panels.get(id / PANEL);
        float product = 0;
        for (int k = 0; k < width; k++) {
            product += unit[k] * panel[k][id % PANEL];
        }
        return product;
    }

    /**
     * Finds every pair of a query and an indexed vector with a cosine of at least a bound.
     *
     * @param units the queries, as {@link #unit} makes them
     */
    void search(float[][] units, float atLeast, Sink sink) {
        List<Hit> hits =
                IntStream.range(0, panels.size())
                        .parallel()
                        .mapToObj(p -> searchPanel(p, units, atLeast))
                        .flatMap(List::stream)
                        .toList();
        hits.forEach(hit -> sink.take(hit.query, hit.id, hit.cosine));
    }

    private List<Hit> searchPanel(int p, float[][] units, float atLeast) {
        List<Hit> hits = new ArrayList<>();
        float[][] products = new float[units.length][PANEL];
        multiply(units, panels.get(p), products);
        int lanes = Math.min(PANEL, count - p * PANEL);
        for (int query = 0; query < units.length; query++) {
            for (int lane = 0; lane < lanes; lane++) {
                if (products[query][lane] >= atLeast) {
                    hits.add(new Hit(query, p * PANEL + lane, products[query][lane]));
                }
            }
        }
        return hits;
    }

    private void multiply(float[][] queries, float[][] panel, float[][] products) {
        for (int k = 0; k < paddedWidth; k += AT_ONCE) {
            for (int query = 0; query < queries.length; query++) {
                add(queries[query], k, panel, products[query]);
            }
        }
    }

    private static void add(float[] query, int k, float[][] panel, float[] product) {
        float x0 = query[k];
        float x1 = query[k + 1];
        float x2 = query[k + 2];
        float x3 = query[k + 3];
        float[] row0 = panel[k];
        float[] row1 = panel[k + 1];
        float[] row2 = panel[k + 2];
        float[] row3 = panel[k + 3];
        for (int lane = 0; lane < PANEL; lane++) {
            product[lane] += x0 * row0[lane] + x1 * row1[lane] + x2 * row2[lane] + x3 * row3[lane];
        }
    }
}
