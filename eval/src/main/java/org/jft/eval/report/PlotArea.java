package org.jft.eval.report;

/** The rectangle between the axes, in pixels, and the scales along them. */
record PlotArea(double left, double top, double width, double height, Scale xs, Scale ys) {
    double x(double examples) {
        return left + width * xs.position(examples);
    }

    double y(double value) {
        return top + height * (1 - ys.position(value));
    }

    double right() {
        return left + width;
    }

    double bottom() {
        return top + height;
    }

    /** Draws grid, marks, frame and labels. */
    void draw(Drawing drawing, String xLabel, String yLabel) {
        for (Tick tick : ys.ticks()) {
            double y = y(tick.value());
            drawing.line(left, y, right(), y, "stroke=\"" + Palette.GRID + "\"");
            drawing.text(
                    left - 10,
                    y + 4.5,
                    tick.label(),
                    "text-anchor=\"end\" fill=\"" + Palette.QUIET + "\"");
        }
        for (Tick tick : xs.ticks()) {
            double x = x(tick.value());
            if (tick.isMajor()) {
                drawing.line(x, top, x, bottom(), "stroke=\"" + Palette.GRID + "\"");
                drawing.text(
                        x,
                        bottom() + 22,
                        tick.label(),
                        "text-anchor=\"middle\" fill=\"" + Palette.QUIET + "\"");
            }
            double length = tick.isMajor() ? 6 : 3;
            drawing.line(x, bottom(), x, bottom() + length, "stroke=\"" + Palette.QUIET + "\"");
        }
        drawing.line(left, bottom(), right(), bottom(), "stroke=\"" + Palette.QUIET + "\"");
        drawing.text(
                left + width / 2,
                bottom() + 46,
                xLabel,
                "text-anchor=\"middle\" fill=\"" + Palette.INK + "\"");
        double middle = top + height / 2;
        drawing.text(
                20,
                middle,
                yLabel,
                "text-anchor=\"middle\" fill=\"%s\" transform=\"rotate(-90 20 %.1f)\""
                        .formatted(Palette.INK, middle));
    }
}
