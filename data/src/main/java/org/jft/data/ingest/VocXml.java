package org.jft.data.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jft.data.annotation.Box;

/**
 * An XML file of Pascal VOC: the size of an image and its objects. Numbers may be fractions, and
 * elements may be empty. A box is given by the numbers of its first and last pixels, counted from
 * 1, so it is (xmin - 1, ymin - 1) to (xmax, ymax). A document type is refused, and with it
 * entities that would name other files.
 *
 * @param width 0 when the file does not say
 * @param height 0 when the file does not say
 */
record VocXml(int width, int height, List<VocObject> objects) {
    /** An object that was found. */
    record VocObject(String name, Box box, boolean difficult) {}

    private static final String OBJECT = "annotation/object";

    /**
     * Reads a file.
     *
     * @throws UnusableImageException naming file, line and column of what is wrong in it
     */
    static VocXml read(Path file) throws IOException, UnusableImageException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory(); // the JDK's, always
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream in = Files.newInputStream(file)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            return new Parser(file, xml).run();
        } catch (XMLStreamException e) {
            String message = String.valueOf(e.getMessage()); // of two lines, the first the place
            String problem = message.substring(message.lastIndexOf('\n') + 1);
            throw problem(file, e.getLocation(), problem.replaceFirst("^Message: ", ""));
        }
    }

    private static UnusableImageException problem(Path file, Location at, String problem) {
        return new UnusableImageException(
                "%s: line %d, column %d: %s"
                        .formatted(
                                file,
                                at == null ? 1 : at.getLineNumber(),
                                at == null ? 1 : at.getColumnNumber(),
                                problem));
    }

    private static final class Parser {
        private final Path file;
        private final XMLStreamReader xml;
        private final Deque<String> path = new ArrayDeque<>();
        private final List<VocObject> objects = new ArrayList<>();
        private final Map<String, String> image = new HashMap<>(); // by path
        private Map<String, String> object = new HashMap<>(); // by path below the object

        Parser(Path file, XMLStreamReader xml) {
            this.file = file;
            this.xml = xml;
        }

        VocXml run() throws XMLStreamException, UnusableImageException {
            StringBuilder text = new StringBuilder();
            while (xml.hasNext()) {
                int event = xml.next();
                if (event == XMLStreamConstants.DTD) {
                    throw problem("a document type, which is refused");
                } else if (event == XMLStreamConstants.START_ELEMENT) {
                    path.addLast(path.isEmpty() ? name() : path.getLast() + "/" + name());
                    text.setLength(0);
                } else if (event == XMLStreamConstants.CHARACTERS
                        || event == XMLStreamConstants.CDATA) {
                    text.append(xml.getText());
                } else if (event == XMLStreamConstants.END_ELEMENT) {
                    end(path.removeLast(), text.toString().strip());
                    text.setLength(0);
                }
            }
            return new VocXml(
                    (int) number(image, "annotation/size/width", 0),
                    (int) number(image, "annotation/size/height", 0),
                    objects);
        }

        private String name() {
            return xml.getLocalName();
        }

        private void end(String element, String text) throws UnusableImageException {
            if (element.equals(OBJECT)) {
                objects.add(object());
                object = new HashMap<>();
            } else if (element.startsWith(OBJECT + "/")) {
                object.put(element.substring(OBJECT.length() + 1), text);
            } else {
                if (path.isEmpty() && !element.equals("annotation")) {
                    throw problem("<%s>, not <annotation>".formatted(element));
                }
                image.put(element, text);
            }
        }

        private VocObject object() throws UnusableImageException {
            String name = object.getOrDefault("name", "");
            if (name.isEmpty()) {
                throw problem("an object without a name");
            }
            double left = number(object, "bndbox/xmin", Double.NaN) - 1;
            double top = number(object, "bndbox/ymin", Double.NaN) - 1;
            double width = number(object, "bndbox/xmax", Double.NaN) - left;
            double height = number(object, "bndbox/ymax", Double.NaN) - top;
            if (!(width > 0 && height > 0)) {
                throw problem("the box of '%s' is missing or has no area".formatted(name));
            }
            return new VocObject(
                    name,
                    new Box((float) left, (float) top, (float) width, (float) height),
                    number(object, "difficult", 0) != 0);
        }

        private double number(Map<String, String> texts, String element, double missing)
                throws UnusableImageException {
            String text = texts.getOrDefault(element, "");
            try {
                return text.isEmpty() ? missing : Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw problem("<%s> is '%s', no number".formatted(element, text));
            }
        }

        private UnusableImageException problem(String problem) {
            return VocXml.problem(file, xml.getLocation(), problem);
        }
    }
}
