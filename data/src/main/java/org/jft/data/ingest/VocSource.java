package org.jft.data.ingest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/**
 * A folder of Pascal VOC:
 *
 * <pre>
 *   JPEGImages/NAME.jpg              images
 *   Annotations/NAME.xml             objects, see {@link VocXml}
 *   SegmentationClass/NAME.png       the class of every pixel, see {@link VocMasks}
 *   SegmentationObject/NAME.png      the object of every pixel
 *   ImageSets/Main/trainval.txt      names, the first word of each line
 * </pre>
 *
 * <p>An image has objects, masks or both; one that has none of them goes to quarantine, as does one
 * of whose files any is broken. Its labels are the classes of its objects and pixels.
 */
public final class VocSource implements Source {
    /** Classes of pixel values 1 to 20. */
    private static final List<String> CLASSES =
            List.of(
                    "aeroplane",
                    "bicycle",
                    "bird",
                    "boat",
                    "bottle",
                    "bus",
                    "car",
                    "cat",
                    "chair",
                    "cow",
                    "diningtable",
                    "dog",
                    "horse",
                    "motorbike",
                    "person",
                    "pottedplant",
                    "sheep",
                    "sofa",
                    "train",
                    "tvmonitor");

    private static final String ANNOTATIONS = "Annotations";
    private static final String CLASS_MASKS = "SegmentationClass";
    private static final String OBJECT_MASKS = "SegmentationObject";
    private static final String LABELME = "PNG"; // ending of its folders of masks
    private static final String CLASS_NAMES = "class_names.txt";

    private final File folder;
    private final String trainSet;
    private final String testSet;
    private final List<String> classes;

    /**
     * Takes a folder, which is not read yet.
     *
     * @param trainSet such as {@code Main/trainval}; null for all images
     * @param testSet names of held-out images; null for none
     * @param classNames file whose line k, counted from 0, is the class of pixel value k, line 0
     *     the background; null for the folder's {@code class_names.txt}, or VOC's twenty
     */
    public VocSource(Path folder, String trainSet, String testSet, Path classNames) {
        Path images = folder.resolve("JPEGImages");
        if (!Files.isDirectory(images)) {
            throw new ConfigException("%s: no such folder".formatted(images));
        }
        if (testSet != null && trainSet == null) {
            throw new ConfigException(
                    "--test %s needs --train, or its images would be learned from"
                            .formatted(testSet));
        }
        this.folder = folder.toAbsolutePath().toFile();
        this.trainSet = trainSet;
        this.testSet = testSet;
        Path names = classNames == null ? folder.resolve(CLASS_NAMES) : classNames;
        if (classNames != null || Files.isRegularFile(names)) {
            List<String> all = ClassNames.read(names).first(List.of());
            this.classes = List.copyOf(all.subList(1, all.size()));
        } else {
            this.classes = CLASSES;
        }
        sets().forEach(set -> requireFile(setFile(set)));
    }

    private List<String> sets() {
        return Stream.of(trainSet, testSet).filter(Objects::nonNull).toList();
    }

    private Path setFile(String set) {
        return path("ImageSets", set + ".txt");
    }

    private Path path(String first, String name) {
        return folder.toPath().resolve(first).resolve(name);
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigException("%s: no such file".formatted(file));
        }
    }

    @Override
    public int parts() {
        return testSet == null ? 1 : 2;
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        String split = part == 1 ? Entry.TEST : testSet != null ? Entry.TRAIN : null;
        long row = 0;
        for (String image : part == 1 ? names(testSet) : trainNames()) {
            entries.accept(entry(image, row++, part, split));
        }
        return Listing.Rest.NONE;
    }

    private List<String> trainNames() {
        if (trainSet != null) {
            return names(trainSet);
        }
        try (Stream<Path> files = Files.list(folder.toPath().resolve("JPEGImages"))) {
            return files.filter(FolderSource::isImage)
                    .map(file -> file.getFileName().toString())
                    .map(name -> name.substring(0, name.lastIndexOf('.')))
                    .sorted()
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new CorruptDataException(folder.toPath(), "cannot be read: " + e, e);
        }
    }

    private List<String> names(String set) {
        try {
            List<String> names = new ArrayList<>();
            for (String line : Files.readAllLines(setFile(set))) {
                if (!line.isBlank()) {
                    names.add(line.strip().split("\\s+")[0]);
                }
            }
            return names;
        } catch (IOException e) {
            throw new CorruptDataException(setFile(set), "cannot be read: " + e, e);
        }
    }

    private Entry entry(String name, long row, int part, String split) {
        String image =
                FolderSource.IMAGE_NAMES.stream()
                        .flatMap(ending -> Stream.of(ending, ending.toUpperCase(Locale.ROOT)))
                        .map(ending -> "JPEGImages/" + name + ending)
                        .filter(file -> Files.isRegularFile(folder.toPath().resolve(file)))
                        .findFirst()
                        .orElse("JPEGImages/" + name + ".jpg");
        try {
            VocMasks masks = new VocMasks(classes);
            masks.readObjects(file(ANNOTATIONS, name + ".xml"));
            masks.readClassMask(mask(CLASS_MASKS, name));
            masks.readObjectMask(mask(OBJECT_MASKS, name));
            return Entry.annotated(image, row, part, split, masks.annotated());
        } catch (UnusableImageException | IllegalArgumentException e) {
            return Entry.unusable(image, row, part, split, e.getMessage());
        } catch (IOException e) {
            return Entry.unusable(image, row, part, split, "its annotations: " + e);
        }
    }

    /** Returns null when there is no such file. */
    private Path file(String first, String name) {
        Path file = path(first, name);
        return Files.isRegularFile(file) ? file : null;
    }

    /** Returns the mask where VOC has it, or where labelme does, which has arrays there. */
    private Path mask(String first, String name) {
        Path file = file(first, name + ".png");
        return file == null ? file(first + LABELME, name + ".png") : file;
    }

    @Override
    public ImageBytes read(Entry entry) {
        Path file = folder.toPath().resolve(entry.path());
        return () -> ImageFile.read(file, entry.annotated().annotations());
    }

    @Override
    public List<String> firstClasses(Collection<String> seen) {
        return classes;
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept("VOC %s %s".formatted(folder, classes));
        sets().forEach(set -> lines.accept(Source.stamp(setFile(set))));
        for (String part : List.of("JPEGImages", ANNOTATIONS, CLASS_MASKS, OBJECT_MASKS)) {
            stamps(part, lines);
            stamps(part + LABELME, lines);
        }
    }

    private void stamps(String part, Consumer<String> lines) {
        Path files = folder.toPath().resolve(part);
        if (Files.isDirectory(files)) {
            new SortedWalk(files).run(file -> lines.accept(Source.stamp(file)));
        }
    }
}
