package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;

/** A row of samples and labels that breaks into the next line where it is full. */
final class Legend {
    private static final double LEFT = 24; // of a picture, as its heading
    private static final double TOP = 44;
    private static final double LINE = 20;
    private static final double SAMPLE = 30;
    private static final double LINE_LENGTH = 23;
    private static final double GAP = 22;

    private enum Kind {
        RUN,
        MEAN,
        LAW,
        LAW_WITH_BAND,
        RESIDUAL
    }

    private record Entry(Kind kind, String label, String colour) {
        /** Fonts differ between readers; 7.2 px a letter at 13 px is more than any needs. */
        double width() {
            return SAMPLE + 7.2 * label.length() + GAP;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    void run(String label) {
        entries.add(new Entry(Kind.RUN, label, Palette.QUIET));
    }

    void mean(String label) {
        entries.add(new Entry(Kind.MEAN, label, Palette.INK));
    }

    void law(String label, String colour) {
        entries.add(new Entry(Kind.LAW, label, colour));
    }

    void lawWithBand(String label, String colour) {
        entries.add(new Entry(Kind.LAW_WITH_BAND, label, colour));
    }

    void residual(String label, String colour) {
        entries.add(new Entry(Kind.RESIDUAL, label, colour));
    }

    /** Draws it in as many lines as it takes; returns where it ends. */
    double drawBelowHeading(Drawing drawing) {
        double width = drawing.width() - 2 * LEFT;
        double x = 0;
        double y = TOP + LINE / 2;
        for (Entry entry : entries) {
            if (x > 0 && x + entry.width() - GAP > width) {
                x = 0;
                y += LINE;
            }
            sample(drawing, entry, LEFT + x, y);
            drawing.text(LEFT + x + SAMPLE, y + 4.5, entry.label(), "fill=\"" + Palette.INK + "\"");
            x += entry.width();
        }
        return y + LINE / 2;
    }

    private static void sample(Drawing drawing, Entry entry, double x, double y) {
        switch (entry.kind()) {
            case RUN -> Dots.run(drawing, x + 15, y, entry.colour());
            case MEAN -> Dots.mean(drawing, x + 15, y, entry.colour());
            case LAW -> line(drawing, entry.colour(), x, y);
            case LAW_WITH_BAND -> {
                drawing.rect(
                        x,
                        y - 6,
                        LINE_LENGTH,
                        12,
                        "fill=\"%s\" fill-opacity=\"0.14\"".formatted(entry.colour()));
                line(drawing, entry.colour(), x, y);
            }
            case RESIDUAL -> Dots.residual(drawing, x + 15, y, entry.colour());
            default -> throw new IllegalStateException("unknown kind " + entry.kind());
        }
    }

    private static void line(Drawing drawing, String colour, double x, double y) {
        String style = "stroke=\"%s\" stroke-width=\"2.2\"".formatted(colour);
        drawing.line(x, y, x + LINE_LENGTH, y, style);
    }
}
