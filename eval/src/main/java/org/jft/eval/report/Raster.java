package org.jft.eval.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Paints what {@link Drawing} writes, and no other SVG, as a PNG; with the JDK alone. */
final class Raster {
    private static final int SCALE = 2; // pixels of a screen that is worth a picture

    private final Graphics2D on;

    private Raster(Graphics2D on) {
        this.on = on;
    }

    /** Returns the picture as the bytes of a PNG file, twice as wide as the SVG says. */
    static byte[] png(String svg) {
        try {
            Element root =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(svg)))
                            .getDocumentElement();
            BufferedImage image =
                    new BufferedImage(
                            SCALE * (int) number(root, "width", 0),
                            SCALE * (int) number(root, "height", 0),
                            BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.scale(SCALE, SCALE);
            graphics.setRenderingHint(
                    RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(
                    RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            new Raster(graphics).children(root);
            graphics.dispose();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException("a picture of ours cannot fail to parse", e);
        }
    }

    private void children(Element parent) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                paint(element);
            }
        }
    }

    private void paint(Element e) {
        switch (e.getTagName()) {
            case "rect" -> shape(e, rectangle(e));
            case "line" ->
                    shape(
                            e,
                            new Line2D.Double(
                                    number(e, "x1", 0),
                                    number(e, "y1", 0),
                                    number(e, "x2", 0),
                                    number(e, "y2", 0)));
            case "circle" -> {
                double r = number(e, "r", 0);
                double x = number(e, "cx", 0) - r;
                double y = number(e, "cy", 0) - r;
                shape(e, new Ellipse2D.Double(x, y, 2 * r, 2 * r));
            }
            case "path" -> shape(e, path(e.getAttribute("d")));
            case "text" -> text(e);
            case "g" -> clipped(e);
            case "title", "clipPath" -> {} // no paint
            default -> throw new IllegalStateException("no drawing has a " + e.getTagName());
        }
    }

    private static Shape rectangle(Element e) {
        double radius = 2 * number(e, "rx", 0);
        return new RoundRectangle2D.Double(
                number(e, "x", 0),
                number(e, "y", 0),
                number(e, "width", 0),
                number(e, "height", 0),
                radius,
                radius);
    }

    /** Commands M, L and Z, as {@link Drawing#polyline} writes them. */
    private static Shape path(String commands) {
        Path2D path = new Path2D.Double();
        for (String part : commands.split("(?=[MLZ])")) {
            if (part.equals("Z")) {
                path.closePath();
                continue;
            }
            String[] xy = part.substring(1).trim().split(" ");
            double x = Double.parseDouble(xy[0]);
            double y = Double.parseDouble(xy[1]);
            if (part.charAt(0) == 'M') {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        return path;
    }

    private void clipped(Element e) {
        Shape before = on.getClip();
        String id = e.getAttribute("clip-path").replaceAll("url\\(#(.*)\\)", "$1");
        for (Node node = e.getPreviousSibling(); node != null; node = node.getPreviousSibling()) {
            if (node instanceof Element clip && clip.getAttribute("id").equals(id)) {
                Element area = (Element) clip.getFirstChild();
                on.clip(
                        new Rectangle2D.Double(
                                number(area, "x", 0),
                                number(area, "y", 0),
                                number(area, "width", 0),
                                number(area, "height", 0)));
            }
        }
        children(e);
        on.setClip(before);
    }

    private void shape(Element e, Shape shape) {
        String fill = e.getAttribute("fill");
        if (!fill.equals("none") && !(shape instanceof Line2D)) {
            on.setColor(colour(fill.isEmpty() ? "#000000" : fill, number(e, "fill-opacity", 1)));
            on.fill(shape);
        }
        stroke(e, shape);
    }

    private void stroke(Element e, Shape shape) {
        String stroke = e.getAttribute("stroke");
        if (stroke.isEmpty()) {
            return;
        }
        on.setColor(colour(stroke, number(e, "stroke-opacity", 1)));
        String dashes = e.getAttribute("stroke-dasharray");
        float width = (float) number(e, "stroke-width", 1);
        if (dashes.isEmpty()) {
            on.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        } else {
            String[] lengths = dashes.split(" ");
            float[] dash = {Float.parseFloat(lengths[0]), Float.parseFloat(lengths[1])};
            on.setStroke(
                    new BasicStroke(
                            width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0));
        }
        on.draw(shape);
    }

    private void text(Element e) {
        int style =
                (e.getAttribute("font-weight").isEmpty() ? Font.PLAIN : Font.BOLD)
                        | (e.getAttribute("font-style").isEmpty() ? Font.PLAIN : Font.ITALIC);
        Font font =
                new Font(Font.SANS_SERIF, style, 1).deriveFont((float) number(e, "font-size", 13));
        TextLayout layout = new TextLayout(e.getTextContent(), font, on.getFontRenderContext());
        double x = number(e, "x", 0);
        x -=
                switch (e.getAttribute("text-anchor")) {
                    case "end" -> layout.getAdvance();
                    case "middle" -> layout.getAdvance() / 2;
                    default -> 0;
                };
        AffineTransform at = AffineTransform.getTranslateInstance(x, number(e, "y", 0));
        at.preConcatenate(rotation(e.getAttribute("transform")));
        Shape outline = layout.getOutline(at);
        stroke(e, outline); // below, as paint-order says
        on.setColor(colour(e.getAttribute("fill"), 1));
        on.fill(outline);
    }

    private static AffineTransform rotation(String transform) {
        if (transform.isEmpty()) {
            return new AffineTransform();
        }
        String[] parts = transform.replaceAll("rotate\\((.*)\\)", "$1").split(" ");
        return AffineTransform.getRotateInstance(
                Math.toRadians(Double.parseDouble(parts[0])),
                Double.parseDouble(parts[1]),
                Double.parseDouble(parts[2]));
    }

    private static Color colour(String hex, double opacity) {
        Color solid = Color.decode(hex);
        return new Color(
                solid.getRed(), solid.getGreen(), solid.getBlue(), (int) Math.round(255 * opacity));
    }

    private static double number(Element e, String name, double missing) {
        String text = e.getAttribute(name);
        return text.isEmpty() ? missing : Double.parseDouble(text);
    }
}
