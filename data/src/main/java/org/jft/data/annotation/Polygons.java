package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;

/**
 * Polygons to masks, to the pixel as COCO's own tools do it, for scores depend on it: corners are
 * rounded on a grid five times as fine, edges are drawn on it, and where the outline goes from one
 * column of the fine grid to the next in the middle of a pixel, the pixels below change sides.
 */
public final class Polygons {
    private static final int FINE = 5;

    private final int width;
    private final int height;
    private int[] changes = new int[64]; // places, column by column
    private int count;
    private int lastU;
    private int lastV;
    private boolean started;

    private Polygons(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /**
     * Draws an object.
     *
     * @param polygons each x0, y0, x1, y1, ...; what any of them covers is the object
     */
    public static RunLengthMask rasterise(int width, int height, List<double[]> polygons) {
        checkArgument(!polygons.isEmpty(), "no polygon");
        RunLengthMask all = null;
        for (double[] polygon : polygons) {
            RunLengthMask one = new Polygons(width, height).draw(polygon);
            all = all == null ? one : all.or(one);
        }
        return all;
    }

    private RunLengthMask draw(double[] corners) {
        checkArgument(
                corners.length >= 2 * 3 && corners.length % 2 == 0,
                "a polygon has %s numbers, not x and y of three corners or more",
                corners.length);
        int edges = corners.length / 2;
        for (int i = 0; i < edges; i++) {
            int next = (i + 1) % edges;
            edge(
                    fine(corners[2 * i]),
                    fine(corners[2 * i + 1]),
                    fine(corners[2 * next]),
                    fine(corners[2 * next + 1]));
        }
        Arrays.sort(changes, 0, count);
        RunLengthMask.Runs runs = new RunLengthMask.Runs(count + 1);
        int at = 0;
        for (int i = 0; i < count; i++) {
            runs.add(i % 2 == 1, changes[i] - at);
            at = changes[i];
        }
        runs.add(count % 2 == 1, width * height - at);
        return new RunLengthMask(width, height, runs.toArray());
    }

    private static int fine(double coordinate) {
        checkArgument(
                Math.abs(coordinate) < 1e6, "a polygon's corner is out of reach: %s", coordinate);
        return (int) (FINE * coordinate + 0.5);
    }

    /** Goes from one corner to another; the line is drawn from its lower end, whichever that is. */
    private void edge(int u0, int v0, int u1, int v1) {
        int du = Math.abs(u1 - u0);
        int dv = Math.abs(v1 - v0);
        boolean flat = du >= dv;
        boolean backwards = flat ? u0 > u1 : v0 > v1;
        int firstU = backwards ? u1 : u0;
        int firstV = backwards ? v1 : v0;
        int steps = Math.max(du, dv);
        int across = flat ? v0 + v1 - 2 * firstV : u0 + u1 - 2 * firstU; // to the other end
        double slope = steps == 0 ? 0 : (double) across / steps;
        for (int i = 0; i <= steps; i++) {
            int t = backwards ? steps - i : i;
            int off = (int) ((flat ? firstV : firstU) + slope * t + 0.5);
            step(flat ? firstU + t : off, flat ? off : firstV + t);
        }
    }

    private void step(int u, int v) {
        if (started && u != lastU) {
            double x = (Math.min(u, lastU) + 0.5) / FINE - 0.5;
            if (x == Math.floor(x) && x >= 0 && x <= width - 1) {
                double y = (Math.min(v, lastV) + 0.5) / FINE - 0.5;
                add((int) x * height + (int) Math.ceil(Math.min(Math.max(y, 0), height)));
            }
        }
        lastU = u;
        lastV = v;
        started = true;
    }

    private void add(int place) {
        if (count == changes.length) {
            changes = Arrays.copyOf(changes, 2 * count);
        }
        changes[count++] = place;
    }
}
