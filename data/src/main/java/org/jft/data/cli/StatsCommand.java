package org.jft.data.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jft.data.inspect.AnnotationCounts;
import org.jft.data.inspect.DoubtfulName;
import org.jft.data.inspect.DoubtfulTag;
import org.jft.data.inspect.Survey;
import org.jft.data.inspect.SurveyPage;
import org.jft.data.inspect.Worst;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Proportion;
import org.jft.data.taxonomy.Taxonomy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "stats",
        description = {
            "Count images, classes, labels per image and the long tail; where clean labels are",
            "known, the precision and recall of the observed ones, overall and by class. Also",
            "byte-identical images, classes whose name or label hardly says what is in a picture,",
            "and how many objects, masks and keypoints are annotated."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data stats sets/photos/train",
            "  jft-data stats sets/photos/train --json",
            "  jft-data stats sets/photos/train --html photos.html",
            "  jft-data stats sets/photos/train --csv classes.csv"
        })
final class StatsCommand implements Runnable {
    private static final int SHOWN_CLASSES = 10;
    private static final int SHOWN_WORST = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "SET", description = "Folder or s3:// prefix of the data set.")
    private String location;

    @Option(names = "--json", description = "One JSON object, every class included.")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write one self-contained page with charts.")
    private Path html;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Also write a table of all classes.")
    private Path csv;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        try (DataSet data = DataSet.open(location, null)) {
            Survey survey = Survey.of(data);
            AnnotationCounts annotations = data.annotated() ? AnnotationCounts.of(data) : null;
            if (html != null) {
                Files.writeString(html, SurveyPage.render(data, survey));
            }
            if (csv != null) {
                try (PrintWriter table = new PrintWriter(Files.newBufferedWriter(csv))) {
                    ClassTable.write(data.taxonomy(), survey, table);
                }
            }
            if (json) {
                out.println(toJson(data, survey, annotations));
            } else {
                print(data, survey, out);
                if (annotations != null) {
                    print(annotations, out);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(DataSet data, Survey survey, PrintWriter out) {
        ClassStatistics s = survey.classes();
        out.println(
                "%s: split %s, %,d images in %d shards, %,.1f MiB, fingerprint %s"
                        .formatted(
                                location,
                                data.manifest().split(),
                                s.images(),
                                data.manifest().shards().size(),
                                data.manifest().bytes() / 0x1p20,
                                data.fingerprint().substring(0, 12)));
        out.println(
                "classes: %,d; deepest %d below a root, most children %d"
                        .formatted(data.classCount(), s.depth(), s.maxChildren()));
        out.println(
                "labels: %.2f an image, %.2f filled upward; %,d images without any"
                        .formatted(
                                s.labelsPerImage(),
                                (double) s.filledLabels() / s.images(),
                                s.unlabelled()));
        out.println(
                "long tail: %,d classes with fewer than 20 images, %,d with fewer than 100"
                        .formatted(s.classesBelow(20), s.classesBelow(100)));
        printNoise("observed labels", s.observedNoise(), out);
        printNoise("filled upward", s.filledNoise(), out);
        printWorst(data.taxonomy(), "precision", s.noiseOfClass()::precision, out);
        printWorst(data.taxonomy(), "recall", s.noiseOfClass()::recall, out);
        printDoubts(data.taxonomy(), survey, out);
        List<Integer> byCount = byCount(s);
        out.println("images  class (filled upward)");
        int shown = Math.min(SHOWN_CLASSES, byCount.size());
        byCount.subList(0, shown).forEach(id -> printClass(data.taxonomy(), s, id, out));
        if (byCount.size() > 2 * SHOWN_CLASSES) {
            out.println("   ...");
        }
        byCount.subList(Math.max(shown, byCount.size() - SHOWN_CLASSES), byCount.size())
                .forEach(id -> printClass(data.taxonomy(), s, id, out));
    }

    private static void print(AnnotationCounts a, PrintWriter out) {
        out.println(
                ("annotations: %,d objects in %,d images, of which %,d have none; %,d small, %,d"
                                + " medium, %,d large; %,d crowds, %,d difficult")
                        .formatted(
                                a.boxes(),
                                a.images(),
                                a.empty(),
                                a.small(),
                                a.medium(),
                                a.large(),
                                a.crowds(),
                                a.difficult()));
        out.println(
                "masks: of %,d objects, and of the classes of %,d images; keypoints: %,d of %,d objects"
                        .formatted(a.masks(), a.classMasks(), a.keypoints(), a.posed()));
    }

    private static void printDoubts(Taxonomy taxonomy, Survey survey, PrintWriter out) {
        out.println(
                "duplicates: %,d images have the bytes of another".formatted(survey.duplicates()));
        List<DoubtfulName> names = survey.doubtfulNames();
        String some =
                names.stream()
                        .limit(SHOWN_CLASSES)
                        .map(n -> "'%s' (%s)".formatted(taxonomy.name(n.id()), n.reason()))
                        .collect(Collectors.joining(", "));
        out.println(
                "doubtful class names: %,d%s"
                        .formatted(names.size(), some.isEmpty() ? "" : ", such as " + some));
        out.println(
                "doubtful labels: %,d; %,d have enough images with other labels to tell"
                        .formatted(survey.doubtfulTags().size(), survey.judgedTags()));
        survey.doubtfulTags().stream()
                .limit(SHOWN_CLASSES)
                .map(tag -> "  '%s': %s".formatted(taxonomy.name(tag.id()), tag.reason()))
                .forEach(out::println);
    }

    private static void printWorst(
            Taxonomy taxonomy, String what, IntFunction<Proportion> shareOf, PrintWriter out) {
        String worst =
                Worst.of(taxonomy.size(), shareOf, SHOWN_WORST).stream()
                        .map(id -> worst(taxonomy.name(id), shareOf.apply(id)))
                        .collect(Collectors.joining(", "));
        if (!worst.isEmpty()) {
            out.println("lowest %s (95%% interval): %s".formatted(what, worst));
        }
    }

    private static String worst(String name, Proportion share) {
        return "'%s' %.2f (%.2f to %.2f)".formatted(name, share.share(), share.low(), share.high());
    }

    private static List<Integer> byCount(ClassStatistics s) {
        return IntStream.range(0, s.imagesOfClass().length)
                .boxed()
                .sorted(Comparator.comparingLong(id -> -s.imagesOfClass()[id]))
                .toList();
    }

    private static void printNoise(String what, ClassStatistics.Noise noise, PrintWriter out) {
        if (noise.images() > 0) {
            out.println(
                    "noise, %s: precision %.3f, recall %.3f over %,d images with clean labels"
                            .formatted(what, noise.precision(), noise.recall(), noise.images()));
        }
    }

    private static void printClass(Taxonomy taxonomy, ClassStatistics s, int id, PrintWriter out) {
        out.println("%6d  %s".formatted(s.imagesOfClass()[id], taxonomy.name(id)));
    }

    private static String toJson(DataSet data, Survey survey, AnnotationCounts annotations) {
        ClassStatistics s = survey.classes();
        ObjectNode root = JSON.createObjectNode();
        root.put("split", data.manifest().split());
        root.put("fingerprint", data.fingerprint());
        root.put("images", s.images());
        root.put("shards", data.manifest().shards().size());
        root.put("bytes", data.manifest().bytes());
        root.put("class_count", data.classCount());
        root.put("depth", s.depth());
        root.put("max_children", s.maxChildren());
        root.put("labels", s.labels());
        root.put("labels_per_image", s.labelsPerImage());
        root.put("filled_labels", s.filledLabels());
        root.put("unlabelled_images", s.unlabelled());
        root.put("classes_below_20", s.classesBelow(20));
        root.put("classes_below_100", s.classesBelow(100));
        putNoise(root, "observed_noise", s.observedNoise());
        putNoise(root, "filled_noise", s.filledNoise());
        if (annotations != null) {
            root.set("annotations", toJson(annotations));
        }
        root.put("duplicates", survey.duplicates());
        for (DoubtfulName name : survey.doubtfulNames()) {
            root.withArray("doubtful_names")
                    .addObject()
                    .put("name", data.taxonomy().name(name.id()))
                    .put("reason", name.reason());
        }
        for (DoubtfulTag tag : survey.doubtfulTags()) {
            root.withArray("doubtful_labels")
                    .addObject()
                    .put("name", data.taxonomy().name(tag.id()))
                    .put("reason", tag.reason());
        }
        for (int id = 0; id < data.classCount(); id++) {
            ObjectNode ofClass =
                    root.withArray("classes")
                            .addObject()
                            .put("id", id)
                            .put("name", data.taxonomy().name(id))
                            .put("images", s.imagesOfClass()[id])
                            .put("observed", s.observedOfClass()[id]);
            if (annotations != null) {
                ofClass.put("objects", annotations.boxesOfClass()[id]);
            }
            putShare(ofClass, "precision", s.noiseOfClass().precision(id));
            putShare(ofClass, "recall", s.noiseOfClass().recall(id));
        }
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers and strings always render", e);
        }
    }

    private static ObjectNode toJson(AnnotationCounts a) {
        return JSON.createObjectNode()
                .put("images", a.images())
                .put("empty_images", a.empty())
                .put("objects", a.boxes())
                .put("small", a.small())
                .put("medium", a.medium())
                .put("large", a.large())
                .put("crowds", a.crowds())
                .put("difficult", a.difficult())
                .put("masks", a.masks())
                .put("posed", a.posed())
                .put("keypoints", a.keypoints())
                .put("class_masks", a.classMasks());
    }

    private static void putShare(ObjectNode to, String key, Proportion share) {
        if (share.trials() > 0) {
            to.putObject(key)
                    .put("of", share.trials())
                    .put("share", share.share())
                    .put("low", share.low())
                    .put("high", share.high());
        }
    }

    private static void putNoise(ObjectNode root, String key, ClassStatistics.Noise noise) {
        if (noise.images() > 0) {
            root.putObject(key)
                    .put("images", noise.images())
                    .put("precision", noise.precision())
                    .put("recall", noise.recall());
        }
    }
}
