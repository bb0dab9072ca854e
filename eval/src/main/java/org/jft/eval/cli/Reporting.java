package org.jft.eval.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EvalConfig;
import org.jft.core.config.LabelNoiseConfig;
import org.jft.core.config.RunConfig;
import org.jft.data.shard.DataSet;
import org.jft.eval.report.ComparisonPanel;
import org.jft.eval.report.FrequencyPanel;
import org.jft.eval.report.JointPanel;
import org.jft.eval.report.NoisePanel;
import org.jft.eval.report.Provenance;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.report.ReportSeries;
import org.jft.eval.report.ReportWriter;
import org.jft.eval.report.SeriesFits;
import org.jft.eval.report.SweepReport;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.DataNeed;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Response;
import org.jft.eval.sweep.Series;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.train.loop.RunPlan;

/** From the results of a sweep to its report, and to a sentence a law on the screen. */
final class Reporting {
    private final RunConfig base;
    private final List<String> arguments;

    /**
     * @param arguments of the command, as typed
     */
    Reporting(RunConfig base, List<String> arguments) {
        this.base = base;
        this.arguments = arguments;
    }

    /** Fits, writes all files into the folder, and prints the laws and the files. */
    void write(Sweep sweep, Path folder, PrintWriter print) {
        EvalConfig eval = base.eval();
        Bootstrap bootstrap = new Bootstrap(eval.bootstrap(), eval.confidence(), base.seed());
        SeriesFits fits = new SeriesFits(bootstrap, Optional.ofNullable(eval.target()));
        Map<Series, ReportSeries> fitted = new LinkedHashMap<>();
        for (Series series : sweep.series()) {
            List<ReportPoint> points =
                    sweep.points().stream()
                            .filter(point -> point.series().equals(series))
                            .map(sweep.results()::get)
                            .toList();
            fitted.put(series, fits.fit(series.name(), eval.metric(), Response.SCORE, points));
        }
        List<ReportSeries> all = List.copyOf(fitted.values());
        SweepReport report =
                new SweepReport(
                        base.name(),
                        all,
                        joint(sweep, fitted, bootstrap),
                        comparisons(fitted, eval.confidence()),
                        noise(sweep, fitted, eval.confidence()),
                        Optional.of(FrequencyPanel.of(all, eval.confidence())),
                        Optional.of(HardestImages.of(sweep, fitted, folder)),
                        provenance());
        List<Path> files = ReportWriter.write(report, folder);
        for (ReportSeries series : all) {
            if (all.size() > 1) {
                print.println(series.name());
            }
            series.fits().forEach(fit -> print.println(sentence(fit)));
        }
        report.comparisons().forEach(panel -> print(panel, print));
        files.forEach(print::println);
    }

    /**
     * Compares the series of each network with its first, or where they differ in the network alone
     * all of them. A study of label noise has comparisons of its own.
     */
    private static List<ComparisonPanel> comparisons(
            Map<Series, ReportSeries> fitted, double confidence) {
        if (fitted.keySet().stream().anyMatch(Series::ofNoiseStudy)) {
            return List.of();
        }
        Map<String, List<ReportSeries>> groups = new LinkedHashMap<>();
        fitted.forEach(
                (series, one) ->
                        groups.computeIfAbsent(series.architecture(), any -> new ArrayList<>())
                                .add(one));
        if (groups.size() == fitted.size()) {
            return fitted.size() == 1
                    ? List.of()
                    : List.of(new ComparisonPanel("", List.copyOf(fitted.values()), confidence));
        }
        List<ComparisonPanel> panels = new ArrayList<>();
        groups.forEach(
                (network, group) -> {
                    if (group.size() > 1) {
                        String name = groups.size() == 1 ? "" : network;
                        panels.add(new ComparisonPanel(name, group, confidence));
                    }
                });
        return panels;
    }

    private static void print(ComparisonPanel panel, PrintWriter print) {
        for (ReportSeries one : panel.series().subList(1, panel.series().size())) {
            panel.differences(one)
                    .forEach(
                            (subset, difference) ->
                                    print.println(
                                            format(
                                                    "%s against %s at %s: %+.4f [%+.4f, %+.4f]",
                                                    one.name(),
                                                    panel.first().name(),
                                                    subset,
                                                    difference.mean(),
                                                    difference.t().low(),
                                                    difference.t().high())));
        }
    }

    /** Fits each panel of series that differ in model size alone. */
    private static List<JointPanel> joint(
            Sweep sweep, Map<Series, ReportSeries> fitted, Bootstrap bootstrap) {
        Map<String, List<Series>> panels =
                sweep.series().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Series::panel, LinkedHashMap::new, Collectors.toList()));
        List<JointPanel> joint = new ArrayList<>();
        panels.forEach(
                (name, panel) -> {
                    if (panel.size() > 1) {
                        joint.add(joint(name, sizes(sweep, panel), fitted, bootstrap));
                    }
                });
        return joint;
    }

    /** Returns the trainable parameters of each series, ascending. */
    private static Map<Series, Long> sizes(Sweep sweep, List<Series> panel) {
        Map<Series, Long> sizes = new HashMap<>();
        for (SweepPoint point : sweep.points()) {
            if (panel.contains(point.series()) && !sizes.containsKey(point.series())) {
                RunPlan plan = RunPlan.of(point.config());
                sizes.put(point.series(), plan.model().trainableParameters());
            }
        }
        Map<Series, Long> ascending = new LinkedHashMap<>();
        sizes.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(size -> ascending.put(size.getKey(), size.getValue()));
        return ascending;
    }

    private static JointPanel joint(
            String name,
            Map<Series, Long> sizes,
            Map<Series, ReportSeries> fitted,
            Bootstrap bootstrap) {
        List<ReportSeries> series = sizes.keySet().stream().map(fitted::get).toList();
        return JointPanel.of(name, series, List.copyOf(sizes.values()), bootstrap);
    }

    /**
     * Makes a panel of what differs in label noise and objective alone, where the grid has them.
     */
    private static List<NoisePanel> noise(
            Sweep sweep, Map<Series, ReportSeries> fitted, double confidence) {
        Map<String, Map<String, List<Series>>> settings =
                sweep.series().stream()
                        .filter(Series::ofNoiseStudy)
                        .collect(
                                Collectors.groupingBy(
                                        Series::setting,
                                        LinkedHashMap::new,
                                        Collectors.groupingBy(
                                                Series::noise,
                                                LinkedHashMap::new,
                                                Collectors.toList())));
        List<NoisePanel> panels = new ArrayList<>();
        settings.forEach(
                (setting, levels) ->
                        panels.add(
                                new NoisePanel(
                                        setting,
                                        levels.values().stream()
                                                .map(level -> level(sweep, level, fitted))
                                                .toList(),
                                        confidence)));
        return panels;
    }

    private static NoisePanel.Level level(
            Sweep sweep, List<Series> level, Map<Series, ReportSeries> fitted) {
        Series any = level.get(0);
        LabelNoiseConfig noise =
                sweep.points().stream()
                        .filter(point -> point.series().equals(any))
                        .findFirst()
                        .orElseThrow()
                        .config()
                        .data()
                        .labels()
                        .noise();
        return new NoisePanel.Level(
                any.noise(),
                format(
                        "precision %.0f%%, recall %.0f%%",
                        100 * noise.precision(), 100 * noise.keptShare()),
                level.stream()
                        .map(one -> new NoisePanel.Row(one.objective(), fitted.get(one)))
                        .toList());
    }

    private Provenance provenance() {
        Map<String, String> details = new TreeMap<>();
        String fingerprint;
        try (DataSet train = DataSet.openTrain(base.data());
                DataSet test = DataSet.openTest(base.scoredData())) {
            fingerprint = train.fingerprint();
            details.put("training images", format("%,d", train.rowCount()));
            details.put("held-out images", format("%,d", test.rowCount()));
            details.put(
                    "dropped images",
                    format(
                            "%,d for training, %,d held out",
                            train.droppedCount(), test.droppedCount()));
            details.put("held-out fingerprint", test.fingerprint());
            details.put("classes", format("%,d", train.classCount()));
            if (test.classCount() != train.classCount()) {
                details.put("scored classes", format("%,d", test.classCount()));
            }
        }
        details.put("workers", Integer.toString(base.cluster().workers()));
        details.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        details.put("java", System.getProperty("java.version"));
        return new Provenance(
                ConfigLoader.toTree(base),
                fingerprint,
                System.getProperty("jft.commit", "unknown"),
                Instant.now(),
                "jft-eval " + String.join(" ", arguments),
                details);
    }

    private static String sentence(FittedLaw fitted) {
        StringBuilder text = new StringBuilder(fitted.law()).append(':');
        fitted.fit()
                .ifPresent(
                        fit -> {
                            fit.law()
                                    .parameters()
                                    .forEach((k, v) -> text.append(format(" %s=%.4g", k, v)));
                            text.append(format(", r2 %.3f", fit.r2()));
                        });
        for (Prediction prediction : fitted.predictions()) {
            text.append(format("; %.0fx the data: %.3f", prediction.factor(), prediction.value()));
            prediction
                    .interval()
                    .ifPresent(i -> text.append(format(" [%.3f, %.3f]", i.low(), i.high())));
        }
        fitted.need().ifPresent(need -> text.append("; ").append(sentence(need)));
        return text.append(fitted.note().isEmpty() ? "" : "; " + fitted.note()).toString();
    }

    private static String sentence(DataNeed need) {
        String interval =
                need.interval().map(Reporting::images).map(i -> " [" + i + "]").orElse("");
        return format("%.4g takes %s images%s", need.target(), images(need.examples()), interval);
    }

    private static String images(Interval interval) {
        return images(interval.low()) + ", " + images(interval.high());
    }

    private static String images(double count) {
        return Double.isInfinite(count) ? "infinitely many" : format("%,.0f", count);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
