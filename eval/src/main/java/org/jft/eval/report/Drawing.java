package org.jft.eval.report;

import java.util.Locale;

/**
 * Writes SVG 1.1, element by element. Coordinates are pixels from the top left; {@code style} is
 * given as attributes and comes from this package only, text is escaped. White ground; a dark page
 * has {@link Palette#darkRules} for the pictures inside it. Fonts are the reader's own.
 */
final class Drawing {
    private final StringBuilder svg = new StringBuilder();
    private final int width;

    Drawing(int width, int height, String title) {
        this.width = width;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " height=\"%d\" role=\"img\" font-family=\"system-ui, -apple-system,"
                        + " 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\""
                        + " font-size=\"13\">",
                width, height, width, height);
        add("<title>%s</title>", Markup.escape(title));
        add("<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#ffffff\"/>", width, height);
    }

    int width() {
        return width;
    }

    void rect(double x, double y, double w, double h, String style) {
        add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" %s/>", x, y, w, h, style);
    }

    void line(double x1, double y1, double x2, double y2, String style) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>", x1, y1, x2, y2, style);
    }

    void circle(double x, double y, double radius, String style) {
        add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" %s/>", x, y, radius, style);
    }

    void path(String commands, String style) {
        add("<path d=\"%s\" %s/>", commands, style);
    }

    void text(double x, double y, String content, String style) {
        add("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>", x, y, style, Markup.escape(content));
    }

    /** Writes what a picture shows, above it. */
    void heading(String content) {
        String style = "font-size=\"17\" font-weight=\"600\" fill=\"%s\"";
        text(24, 32, content, style.formatted(Palette.INK));
    }

    /** Opens a group clipped to a rectangle. The id must be unique on a page. */
    void clip(String id, double x, double y, double w, double h) {
        add(
                "<clipPath id=\"%s\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
                        + "</clipPath>",
                id, x, y, w, h);
        add("<g clip-path=\"url(#%s)\">", id);
    }

    void endClip() {
        add("</g>");
    }

    /** Returns the document. */
    String finish() {
        return svg + "</svg>\n";
    }

    /** Returns path commands along points given as x, y, x, y... */
    static String polyline(double... coordinates) {
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < coordinates.length; i += 2) {
            commands.append(
                    String.format(
                            Locale.ROOT,
                            "%s%.1f %.1f",
                            i == 0 ? "M" : "L",
                            coordinates[i],
                            coordinates[i + 1]));
        }
        return commands.toString();
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
