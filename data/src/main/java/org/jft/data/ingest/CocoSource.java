package org.jft.data.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jft.core.failure.ConfigException;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Instance;

/**
 * Images with objects in the JSON of COCO: boxes, masks, keypoints. Categories are classes, in the
 * order of their ids; supercategories are left aside, for scores are means over categories. The
 * labels of an image are the classes of its objects. An image with an annotation that cannot be
 * goes to quarantine.
 */
public final class CocoSource implements Source {
    private final List<Part> parts;
    private transient CocoFile[] read;

    /** Annotations and the folder below which their images are. */
    public record Part(File annotations, File images) implements java.io.Serializable {
        /** Takes paths. */
        public static Part of(Path annotations, Path images) {
            return new Part(
                    annotations.toAbsolutePath().toFile(), images.toAbsolutePath().toFile());
        }

        private void check() {
            if (!Files.isRegularFile(annotations.toPath())) {
                throw new ConfigException("%s: no such file".formatted(annotations));
            }
            if (!images.isDirectory()) {
                throw new ConfigException("%s: no such folder".formatted(images));
            }
        }
    }

    /**
     * Takes files, which are not read yet.
     *
     * @param test held-out images; null for none
     */
    public CocoSource(Part train, Part test) {
        this.parts = test == null ? List.of(train) : List.of(train, test);
        parts.forEach(Part::check);
    }

    @Override
    public int parts() {
        return parts.size();
    }

    private synchronized CocoFile file(int part) {
        read = read == null ? new CocoFile[parts.size()] : read;
        if (read[part] == null) {
            read[part] = CocoFile.read(parts.get(part).annotations().toPath());
        }
        return read[part];
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        CocoFile file = file(part);
        String split = part == 1 ? Entry.TEST : parts.size() > 1 ? Entry.TRAIN : null;
        long[] empty = new long[1];
        file.visit(
                (image, annotations) ->
                        entries.accept(entry(part, split, file, image, annotations, empty)));
        List<String> remarks = new ArrayList<>(file.remarks());
        if (empty[0] > 0) {
            remarks.add(
                    "%s: %,d boxes have no area: left aside"
                            .formatted(parts.get(part).annotations(), empty[0]));
        }
        return new Listing.Rest(0, remarks);
    }

    private static Entry entry(
            int part,
            String split,
            CocoFile file,
            int number,
            List<JsonNode> annotations,
            long[] empty) {
        CocoFile.Image image = file.images().get(number);
        if (image.width() <= 0 || image.height() <= 0) {
            return Entry.unusable(
                    image.fileName(), number, part, split, "the annotations do not say its size");
        }
        List<String> classes = new ArrayList<>();
        List<Instance> instances = new ArrayList<>();
        for (JsonNode annotation : annotations) {
            try {
                Instance instance =
                        CocoAnnotation.instance(
                                annotation,
                                classId(file, annotation.path("category_id"), classes),
                                image.width(),
                                image.height());
                if (instance.box().area() > 0) {
                    instances.add(instance);
                } else {
                    empty[0]++;
                }
            } catch (IllegalArgumentException e) {
                String problem =
                        "annotation %s: %s".formatted(annotation.path("id"), e.getMessage());
                return Entry.unusable(image.fileName(), number, part, split, problem);
            }
        }
        Annotations all = new Annotations(image.width(), image.height(), instances, null);
        return Entry.annotated(image.fileName(), number, part, split, new Annotated(classes, all));
    }

    /** Returns the number of a category among the classes of an image, to which it is added. */
    private static int classId(CocoFile file, JsonNode category, List<String> classes) {
        String name = file.categories().get(category.asLong());
        if (!category.isIntegralNumber() || name == null) {
            throw new IllegalArgumentException(
                    "the file has no category %s".formatted(category.toString()));
        }
        if (!classes.contains(name)) {
            classes.add(name);
        }
        return classes.indexOf(name);
    }

    @Override
    public ImageBytes read(Entry entry) {
        Path images = parts.get(entry.place().part()).images().toPath();
        return () -> ImageFile.read(images.resolve(entry.path()), entry.annotated().annotations());
    }

    @Override
    public List<String> firstClasses(Collection<String> seen) {
        Set<String> names = new LinkedHashSet<>();
        for (int part = 0; part < parts.size(); part++) {
            names.addAll(file(part).categories().values());
        }
        return List.copyOf(names);
    }

    @Override
    public void identify(Consumer<String> lines) {
        for (Part part : parts) {
            lines.accept(Source.stamp(part.annotations().toPath()));
            lines.accept("images %s".formatted(part.images()));
        }
    }
}
