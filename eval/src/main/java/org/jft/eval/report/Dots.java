package org.jft.eval.report;

/** The kinds of point, the same in plots and legends. */
final class Dots {
    private Dots() {}

    static void run(Drawing drawing, double x, double y, String colour) {
        drawing.circle(
                x,
                y,
                3.4,
                "fill=\"#ffffff\" fill-opacity=\"0.75\" stroke=\"%s\" stroke-width=\"1.3\""
                        .formatted(colour));
    }

    static void mean(Drawing drawing, double x, double y, String colour) {
        drawing.line(x - 9, y, x + 9, y, "stroke=\"%s\" stroke-width=\"2.6\"".formatted(colour));
    }

    static void residual(Drawing drawing, double x, double y, String colour) {
        drawing.circle(x, y, 3.8, "fill=\"%s\" fill-opacity=\"0.75\"".formatted(colour));
    }
}
