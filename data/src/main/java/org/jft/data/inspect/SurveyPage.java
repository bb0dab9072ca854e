package org.jft.data.inspect;

import com.google.common.html.HtmlEscapers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Proportion;

/**
 * A survey as one self-contained HTML page, without script; light or dark as the reader's system
 * is, and legible on a phone. Every name passes {@link #text}.
 */
public final class SurveyPage {
    private static final int SHOWN_CLASSES = 20;
    private static final int SHOWN_NAMES = 50;
    private static final int LEAST_LABELS = 10; // for a bar of precision or recall

    private final DataSet data;
    private final Survey survey;
    private final ClassStatistics classes;
    private final StringBuilder html = new StringBuilder(32 * 1024);

    private SurveyPage(DataSet data, Survey survey) {
        this.data = data;
        this.survey = survey;
        this.classes = survey.classes();
    }

    /** Renders the page. */
    public static String render(DataSet data, Survey survey) {
        return new SurveyPage(data, survey).page();
    }

    private String page() {
        String name = text(data.location());
        add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>");
        add("<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>", name, stylesheet());
        add("<h1>%s</h1>", name);
        add("<p class=\"quiet\">split %s</p>", text(data.manifest().split()));
        addTiles();
        addTail();
        addLabels();
        addImages();
        addNoise();
        addDoubts();
        add(
                "<footer>shards: %,d, %s on disk; fingerprint %s. Made by jft-data stats --html."
                        + "</footer>",
                data.manifest().shards().size(),
                bytes(data.manifest().bytes()),
                data.fingerprint());
        add("</main>\n</body>\n</html>");
        return html.toString();
    }

    private void addTiles() {
        add("<div class=\"tiles\">");
        addTile("%,d".formatted(classes.images()), "images");
        addTile("%,d".formatted(data.classCount()), "classes");
        addTile(mean(classes.labels()), "labels an image");
        addTile(mean(classes.filledLabels()), "filled upward");
        addTile(bytes(survey.totalBytes()), "of encoded images");
        add("</div>");
    }

    private void addTile(String number, String caption) {
        add("<div><strong>%s</strong><span>%s</span></div>", number, caption);
    }

    private String mean(long labels) {
        return classes.images() == 0 ? "0" : format("%.2f", (double) labels / classes.images());
    }

    private void addTail() {
        long[] filled = classes.imagesOfClass();
        List<Integer> byCount =
                IntStream.range(0, filled.length)
                        .boxed()
                        .sorted(Comparator.comparingLong(id -> -filled[id]))
                        .toList();
        add("<h2>Images per class</h2>");
        addKey("filled upward", "as observed");
        html.append(
                new TailChart(LongStream.of(filled).max().orElse(0))
                        .curve(classes.observedOfClass(), "second")
                        .curve(filled, "first")
                        .html(filled.length));
        add(
                "<p>%,d classes have fewer than 20 images, %,d fewer than 100, counted with upward"
                        + " fill. The longest way to a root has %d steps; the most children of one class are %,d.</p>",
                classes.classesBelow(20),
                classes.classesBelow(100),
                classes.depth(),
                classes.maxChildren());
        int shown = Math.min(SHOWN_CLASSES, byCount.size());
        addClasses("Most frequent", byCount.subList(0, shown));
        int rarest = Math.max(shown, byCount.size() - SHOWN_CLASSES);
        if (rarest < byCount.size()) {
            addClasses("Rarest", byCount.subList(rarest, byCount.size()));
        }
    }

    private void addClasses(String title, List<Integer> ids) {
        add("<h3>%s</h3>\n<table>", title);
        add(
                "<tr><th>class</th><th class=\"number\">images</th>"
                        + "<th class=\"number\">as observed</th></tr>");
        for (int id : ids) {
            add(
                    "<tr><td>%s</td><td class=\"number\">%,d</td><td class=\"number\">%,d</td></tr>",
                    text(data.taxonomy().name(id)),
                    classes.imagesOfClass()[id],
                    classes.observedOfClass()[id]);
        }
        add("</table>");
    }

    private void addKey(String first, String second) {
        add(
                "<p class=\"quiet\"><span class=\"key\"></span>%s &#160; "
                        + "<span class=\"key second\"></span>%s</p>",
                first, second);
    }

    private void addLabels() {
        add("<h2>Labels per image</h2>");
        addKey("filled upward", "as observed");
        Histogram filled = survey.filledLabels();
        Histogram observed = survey.observedLabels();
        addBars(
                IntStream.range(
                        Math.min(filled.begin(), observed.begin()),
                        Math.max(filled.end(), observed.end())),
                bin -> filled.from(bin) + (filled.isOpen(bin) ? " and more" : ""),
                filled,
                observed);
        add("<p>%,d images have no label.</p>", classes.unlabelled());
    }

    private void addImages() {
        add("<h2>Image sizes</h2>");
        addSizes("Shorter side, pixels", survey.shortSides(), Long::toString);
        addSizes("Longer side, pixels", survey.longSides(), Long::toString);
        addSizes("File size", survey.imageBytes(), SurveyPage::bytes);
    }

    private void addSizes(String title, Histogram sizes, LongFunction<String> name) {
        add("<h3>%s</h3>", title);
        addBars(
                IntStream.range(sizes.begin(), sizes.end()),
                bin -> "from " + name.apply(sizes.from(bin)),
                sizes);
        add(
                "<p class=\"quiet\">smallest %s, largest %s</p>",
                name.apply(sizes.least()), name.apply(sizes.most()));
    }

    private void addBars(IntStream bins, IntFunction<String> name, Histogram... histograms) {
        long highest = 1;
        for (Histogram histogram : histograms) {
            highest = Math.max(highest, histogram.highest());
        }
        long scale = highest;
        add("<table class=\"bars\">");
        bins.forEach(
                bin -> {
                    add("<tr><td class=\"name\">%s</td><td>", text(name.apply(bin)));
                    StringBuilder counts = new StringBuilder();
                    for (int i = 0; i < histograms.length; i++) {
                        long count = histograms[i].count(bin);
                        add(
                                "<div class=\"bar%s\" style=\"width:%s\"></div>",
                                i == 0 ? "" : " second",
                                count == 0
                                        ? "0"
                                        : format("max(1px,%.2f%%)", 100.0 * count / scale));
                        counts.append(i == 0 ? "" : " / ").append(format("%,d", count));
                    }
                    add("</td><td class=\"count\">%s</td></tr>", counts);
                });
        add("</table>");
    }

    private void addNoise() {
        add("<h2>Label noise</h2>");
        ClassStatistics.Noise observed = classes.observedNoise();
        if (observed.images() == 0) {
            add("<p>No image has clean labels to compare with.</p>");
            return;
        }
        add("<table>\n<tr><th></th><th class=\"number\">precision</th>");
        add("<th class=\"number\">recall</th></tr>");
        addNoise("as observed", observed);
        addNoise("filled upward", classes.filledNoise());
        add("</table>");
        add("<p class=\"quiet\">over %,d images with clean labels</p>", observed.images());
        addNoiseOfClasses();
    }

    private void addNoiseOfClasses() {
        ClassStatistics.ClassNoise noise = classes.noiseOfClass();
        add("<h3>Classes by precision and recall, filled upward</h3>");
        addKey("precision", "recall");
        addBars(
                IntStream.rangeClosed(0, 10),
                tenth -> tenth == 10 ? "1" : format("from %.1f", tenth / 10.0),
                tenths(noise::precision),
                tenths(noise::recall));
        add("<p class=\"quiet\">classes with at least %d labels</p>", LEAST_LABELS);
        addWorst("Lowest precision", "observed", noise::precision);
        addWorst("Lowest recall", "true", noise::recall);
    }

    private Histogram tenths(IntFunction<Proportion> shareOf) {
        Histogram tenths = Histogram.ofUnits(10);
        for (int id = 0; id < data.classCount(); id++) {
            Proportion share = shareOf.apply(id);
            if (share.trials() >= LEAST_LABELS) {
                tenths.add(10 * share.successes() / share.trials());
            }
        }
        return tenths;
    }

    /** Those that are surely low first: by the upper limit. */
    private void addWorst(String title, String trials, IntFunction<Proportion> shareOf) {
        add("<h3>%s</h3>\n<table>", title);
        add(
                "<tr><th>class</th><th class=\"number\">share (95%% interval)</th>"
                        + "<th class=\"number\">%s</th></tr>",
                trials);
        for (int id : Worst.of(data.classCount(), shareOf, SHOWN_CLASSES)) {
            Proportion share = shareOf.apply(id);
            add(
                    "<tr><td>%s</td><td class=\"number\">%.2f (%.2f to %.2f)</td>"
                            + "<td class=\"number\">%,d</td></tr>",
                    text(data.taxonomy().name(id)),
                    share.share(),
                    share.low(),
                    share.high(),
                    share.trials());
        }
        add("</table>");
    }

    private void addNoise(String what, ClassStatistics.Noise noise) {
        add(
                "<tr><td>%s</td><td class=\"number\">%.3f</td><td class=\"number\">%.3f</td></tr>",
                what, noise.precision(), noise.recall());
    }

    private void addDoubts() {
        add("<h2>Duplicates and doubtful labels</h2>");
        add("<p>%,d images have the bytes of another one.</p>", survey.duplicates());
        List<DoubtfulName> names = survey.doubtfulNames();
        if (names.isEmpty()) {
            add("<p>Every class name reads like one.</p>");
        } else {
            add("<p>%,d class names hardly say what is in the picture:</p>", names.size());
            addReasons(names, DoubtfulName::id, DoubtfulName::reason);
        }
        List<DoubtfulTag> tags = survey.doubtfulTags();
        add(
                "<p>%s, of %,d that have enough images with other labels to tell%s</p>",
                tags.isEmpty()
                        ? "No label stands beside others as if it were drawn by lot"
                        : "Labels that may say nothing of the picture",
                survey.judgedTags(),
                tags.isEmpty() ? "." : ":");
        if (!tags.isEmpty()) {
            addReasons(tags, DoubtfulTag::id, DoubtfulTag::reason);
        }
    }

    private <T> void addReasons(List<T> doubts, ToIntFunction<T> id, Function<T, String> reason) {
        add("<table>\n<tr><th>class</th><th>why</th><th class=\"number\">images</th></tr>");
        for (T doubt : doubts.subList(0, Math.min(SHOWN_NAMES, doubts.size()))) {
            add(
                    "<tr><td>%s</td><td>%s</td><td class=\"number\">%,d</td></tr>",
                    text(data.taxonomy().name(id.applyAsInt(doubt))),
                    text(reason.apply(doubt)),
                    classes.observedOfClass()[id.applyAsInt(doubt)]);
        }
        add("</table>");
        if (doubts.size() > SHOWN_NAMES) {
            add("<p class=\"quiet\">and %,d more</p>", doubts.size() - SHOWN_NAMES);
        }
    }

    private void add(String format, Object... values) {
        html.append(format(format, values)).append('\n');
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String text(String content) {
        return HtmlEscapers.htmlEscaper().escape(content);
    }

    private static String bytes(long count) {
        if (count < 1 << 10) {
            return count + " B";
        }
        int unit = (Long.SIZE - 1 - Long.numberOfLeadingZeros(count)) / 10;
        double value = count / Math.pow(1024, unit);
        String number = format(value < 100 && value != Math.rint(value) ? "%.1f" : "%.0f", value);
        return number + " " + "KMGTPE".charAt(unit - 1) + "iB";
    }

    private static String stylesheet() {
        try (InputStream css = SurveyPage.class.getResourceAsStream("survey.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("survey.css is missing from the jar", e);
        }
    }
}
