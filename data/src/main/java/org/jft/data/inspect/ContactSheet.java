package org.jft.data.inspect;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Pictures in a grid with their labels below, as one PNG. Pixels are drawn as they are; small ones
 * are enlarged by a whole factor, so that they stay squares.
 *
 * <pre>
 *   title
 *   +-------+ +-------+
 *   |       | |       |
 *   +-------+ +-------+
 *   apple,     pear, fruit,
 *   fruit      food
 * </pre>
 */
public final class ContactSheet {
    private static final int GAP = 12;
    private static final int SMALLEST_SIDE = 112;
    private static final int LABEL_LINES = 3;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font TITLE_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
    private static final Color INK = new Color(0x1f2328);
    private static final Color EMPTY = new Color(0xeaeef2);

    static {
        // Java would otherwise ask the X server that DISPLAY names, which may be out of reach.
        System.setProperty("java.awt.headless", "true");
    }

    private final int columns;
    private final int side;
    private final int factor;

    /**
     * Describes a sheet.
     *
     * @param columns pictures side by side
     * @param side of a picture, pixels
     */
    public ContactSheet(int columns, int side) {
        this.columns = columns;
        this.factor = Math.max(1, (SMALLEST_SIDE + side - 1) / side);
        this.side = side * factor;
    }

    /**
     * Draws the pictures, row by row.
     *
     * @throws JftException when this machine's Java cannot draw text
     */
    public BufferedImage draw(String title, List<SamplePicture> pictures) {
        int lineHeight = lineHeight();
        int cellHeight = side + LABEL_LINES * lineHeight + GAP;
        int header = 2 * GAP + lineHeight;
        int rows = (pictures.size() + columns - 1) / columns;
        BufferedImage sheet =
                new BufferedImage(
                        GAP + columns * (side + GAP),
                        header + rows * cellHeight,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = sheet.createGraphics();
        try {
            pen.setRenderingHint(
                    RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            pen.setColor(Color.WHITE);
            pen.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
            pen.setColor(INK);
            pen.setFont(TITLE_FONT);
            int width = sheet.getWidth() - 2 * GAP;
            pen.drawString(clip(title, pen.getFontMetrics(), width), GAP, GAP + lineHeight - 2);
            pen.setFont(FONT);
            for (int i = 0; i < pictures.size(); i++) {
                int x = GAP + i % columns * (side + GAP);
                int y = header + i / columns * cellHeight;
                drawPicture(pen, pictures.get(i), x, y, lineHeight);
            }
        } finally {
            pen.dispose();
        }
        return sheet;
    }

    private void drawPicture(Graphics2D pen, SamplePicture picture, int x, int y, int lineHeight) {
        if (picture.image() == null) {
            pen.setColor(EMPTY);
            pen.fillRect(x, y, side, side);
        } else {
            pen.drawImage(
                    picture.image().getScaledInstance(side, side, BufferedImage.SCALE_REPLICATE),
                    x,
                    y,
                    null);
        }
        pen.setColor(INK);
        List<String> lines = wrap(picture.labels(), pen.getFontMetrics(), side);
        for (int i = 0; i < lines.size(); i++) {
            pen.drawString(lines.get(i), x, y + side + (i + 1) * lineHeight - 2);
        }
    }

    /** Draws and writes a PNG. */
    public void write(String title, List<SamplePicture> pictures, Path file) {
        BufferedImage sheet = draw(title, pictures);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(sheet, "png", png);
            Files.write(file, png.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int lineHeight() {
        Graphics2D pen = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        try {
            return pen.getFontMetrics(FONT).getHeight() + 1;
        } catch (RuntimeException | InternalError | LinkageError e) {
            // The first use of a font. Java throws one or the other, by what it misses first.
            throw new JftException(
                    Category.ABORT_RUN,
                    "this Java finds no font to write labels with (%s): install fontconfig and a font, such as the package fonts-dejavu-core"
                            .formatted(e),
                    e);
        } finally {
            pen.dispose();
        }
    }

    /** Joins names by commas into lines; what does not fit is counted: {@code +3}. */
    static List<String> wrap(List<String> names, FontMetrics metrics, int width) {
        if (names.isEmpty()) {
            return List.of("(no label)");
        }
        List<String> lines = new ArrayList<>();
        String line = "";
        for (int i = 0; i < names.size(); i++) {
            boolean last = i + 1 == names.size();
            String name = names.get(i) + (last ? "" : ",");
            String longer = line.isEmpty() ? name : line + " " + name;
            boolean lastLine = lines.size() + 1 == LABEL_LINES;
            String rest = lastLine && !last ? " +" + (names.size() - i - 1) : "";
            if (line.isEmpty() || metrics.stringWidth(longer + rest) <= width) {
                line = longer;
            } else if (lastLine) {
                lines.add(line + " +" + (names.size() - i));
                return clipped(lines, metrics, width);
            } else {
                lines.add(line);
                line = name;
            }
        }
        lines.add(line);
        return clipped(lines, metrics, width);
    }

    private static List<String> clipped(List<String> lines, FontMetrics metrics, int width) {
        return lines.stream().map(line -> clip(line, metrics, width)).toList();
    }

    private static String clip(String text, FontMetrics metrics, int width) {
        if (metrics.stringWidth(text) <= width) {
            return text;
        }
        int end = text.length();
        while (end > 0 && metrics.stringWidth(text.substring(0, end) + "\u2026") > width) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end) + "\u2026";
    }
}
