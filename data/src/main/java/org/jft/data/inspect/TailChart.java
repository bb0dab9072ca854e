package org.jft.data.inspect;

import java.util.Arrays;
import java.util.Locale;

/**
 * The long tail: images of each class, classes ordered by them; logarithmic upward, from 1 (and 0,
 * drawn at the foot) to a power of ten. The curves are an SVG that stretches to any width; numbers
 * stand beside it as text, which keeps its size on a phone.
 */
final class TailChart {
    private static final int MOST_POINTS = 1000;
    private static final double HEIGHT = 100;
    private static final double WIDTH = 1000;

    private final int decades;
    private final StringBuilder curves = new StringBuilder();

    /**
     * @param highest number of images that must fit
     */
    TailChart(long highest) {
        this.decades = Math.max(1, (int) Math.ceil(Math.log10(Math.max(1, highest))));
    }

    /** Adds a curve; {@code style} names its CSS class. */
    TailChart curve(long[] imagesOfClass, String style) {
        long[] ascending = imagesOfClass.clone();
        Arrays.sort(ascending);
        int classes = ascending.length;
        int points = Math.min(classes, MOST_POINTS);
        curves.append("<polyline class=\"%s\" points=\"".formatted(style));
        for (int i = 0; i < points; i++) {
            int rank = points == 1 ? 0 : (int) ((long) i * (classes - 1) / (points - 1));
            double x = classes == 1 ? 0 : WIDTH * rank / (classes - 1);
            curves.append(
                    String.format(
                            Locale.ROOT, "%.1f,%.2f ", x, height(ascending[classes - 1 - rank])));
        }
        curves.append("\" vector-effect=\"non-scaling-stroke\"/>\n");
        return this;
    }

    /** Returns the chart's markup. */
    String html(int classes) {
        StringBuilder html = new StringBuilder("<div class=\"tail\">\n");
        StringBuilder grid = new StringBuilder();
        for (int decade = 0; decade <= decades; decade++) {
            double y = HEIGHT - HEIGHT * decade / decades;
            html.append(
                    String.format(
                            Locale.ROOT,
                            "<span class=\"tick\" style=\"top:%.2f%%\">%,d</span>\n",
                            y,
                            (long) Math.pow(10, decade)));
            grid.append(
                    String.format(
                            Locale.ROOT,
                            "<line class=\"grid\" x1=\"0\" x2=\"%.0f\" y1=\"%.2f\" y2=\"%.2f\""
                                    + " vector-effect=\"non-scaling-stroke\"/>\n",
                            WIDTH,
                            y,
                            y));
        }
        return html.append(
                        "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\"")
                .append(" aria-label=\"Images of each class, most frequent first\">\n")
                .append(grid)
                .append(curves)
                .append("</svg>\n</div>\n")
                .append("<div class=\"ranks\"><span>most frequent class</span><span>")
                .append(String.format(Locale.ROOT, "rank %,d", classes))
                .append("</span></div>\n")
                .toString();
    }

    private double height(long images) {
        return HEIGHT - HEIGHT * Math.log10(Math.max(1, images)) / decades;
    }
}
