package org.jft.eval.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jft.eval.report.ContactSheet.Guess;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.JointLaw;
import org.jft.eval.scaling.Response;
import org.jft.eval.scaling.SaturatingPower;
import org.jft.eval.scaling.ScalingLaw;
import org.jft.eval.transfer.classification.ClassScores;

/** Made-up sweeps: the numbers are drawn from a law, they measure nothing. */
final class Examples {
    private static final Optional<Double> TARGET = Optional.of(0.75);

    private Examples() {}

    static SweepReport scores(String title, int sizes, int seeds) {
        ScalingLaw law = new SaturatingPower(Response.SCORE, 0.22, 2.1, 0.19);
        Random random = new Random(4);
        List<ReportPoint> points = new ArrayList<>();
        for (int s = 0; s < sizes; s++) {
            String percent =
                    s == sizes - 1 ? "100%" : Math.round(100 / Math.pow(3.1, sizes - 1 - s)) + "%";
            long n = Math.round(1_281_167 / Math.pow(3.162, sizes - 1 - s));
            for (int seed = 0; seed < seeds; seed++) {
                double score = law.valueAt(n) + 0.006 * random.nextGaussian();
                Map<String, Double> metrics = new LinkedHashMap<>();
                metrics.put("map_at_100", score);
                metrics.put("map_at_100_macro", 0.8 * score);
                metrics.put("top1", 0.9 * score + 0.05);
                metrics.put("top5", 0.9 * score + 0.25);
                points.add(
                        new ReportPoint(
                                percent,
                                n,
                                seed,
                                metrics,
                                "runs/sweep/" + percent.replace("%", "pct") + "-seed" + seed,
                                n * 0.0098));
            }
        }
        return report(title, "map_at_100", Response.SCORE, points);
    }

    /** Three model sizes under two budgets, drawn from one law of data and model size. */
    static SweepReport several(String title, int seeds) {
        JointLaw truth = new JointLaw(Response.SCORE, 1, 8, 0.35, 30, 0.45, 0.1);
        long[] parameters = {75_000, 270_000, 1_100_000};
        List<ReportSeries> all = new ArrayList<>();
        List<JointPanel> joint = new ArrayList<>();
        Random random = new Random(6);
        for (String budget : List.of("equal epochs", "equal steps")) {
            List<ReportSeries> panel = new ArrayList<>();
            for (long size : parameters) {
                String model = "resnet%ds".formatted(size / 10_000);
                List<ReportPoint> points = new ArrayList<>();
                for (long n : new long[] {1000, 3000, 10_000, 30_000, 100_000}) {
                    for (int seed = 0; seed < seeds; seed++) {
                        double score =
                                truth.valueAt(n, size)
                                        + (budget.endsWith("steps") ? 0.05 : 0)
                                        + 0.004 * random.nextGaussian();
                        points.add(
                                new ReportPoint(
                                        n / 1000 + "%",
                                        n,
                                        seed,
                                        Map.of("map_at_100", score),
                                        "points/%s-%s-%s".formatted(model, n, seed),
                                        n * 0.004));
                    }
                }
                panel.add(series(model + ", " + budget, "map_at_100", Response.SCORE, points));
            }
            all.addAll(panel);
            joint.add(
                    JointPanel.of(
                            budget,
                            panel,
                            Arrays.stream(parameters).boxed().toList(),
                            new Bootstrap(200, 0.95, 1)));
        }
        return report(title, all, joint, List.of());
    }

    /** Two objectives at two levels of noise; the second one gains 0.02 where labels are wrong. */
    static SweepReport noisy(String title, int seeds) {
        Random random = new Random(8);
        List<ReportSeries> all = new ArrayList<>();
        List<NoisePanel.Level> levels = new ArrayList<>();
        for (String noise : List.of("clean", "wrong")) {
            boolean wrong = noise.equals("wrong");
            List<NoisePanel.Row> rows = new ArrayList<>();
            for (String objective : List.of("sigmoid", "smoothing")) {
                double gain = wrong && objective.equals("smoothing") ? 0.02 : 0;
                List<ReportPoint> points = new ArrayList<>();
                for (long n : new long[] {1000, 4000}) {
                    for (int seed = 0; seed < seeds; seed++) {
                        double score = 0.2 + 0.1 * Math.log10(n / 1000.0) - (wrong ? 0.05 : 0);
                        Map<String, Double> metrics = new LinkedHashMap<>();
                        double shared = 0.03 * new Random(seed).nextGaussian();
                        metrics.put(
                                "map_at_100",
                                score + gain + shared + 0.001 * random.nextGaussian());
                        if (wrong) {
                            metrics.put("wrong_label_auc", 0.9 + gain);
                            metrics.put("wrong_label_auc_blind", 0.61);
                        }
                        points.add(
                                new ReportPoint(
                                        n / 40 + "%", n, seed, metrics, "points/" + n + seed, 9));
                    }
                }
                ReportSeries series =
                        series(noise + ", " + objective, "map_at_100", Response.SCORE, points);
                all.add(series);
                rows.add(new NoisePanel.Row(objective, series));
            }
            levels.add(
                    new NoisePanel.Level(
                            noise,
                            "precision %d%%, recall 100%%".formatted(wrong ? 60 : 100),
                            rows));
        }
        return report(title, all, List.of(), List.of(new NoisePanel("", levels, 0.95)));
    }

    static SweepReport losses() {
        List<ReportPoint> points = new ArrayList<>();
        double[] loss = {0.91, 0.74, 0.64, 0.56, 0.48, 0.41, 0.374, 0.353, 0.349, 0.340};
        for (int i = 0; i < loss.length; i++) {
            points.add(
                    new ReportPoint(
                            "step " + i,
                            500_000L << i,
                            0,
                            Map.of("log_perplexity", loss[i]),
                            "runs/" + i,
                            Double.NaN));
        }
        return report("Losses", "log_perplexity", Response.ERROR, points);
    }

    static SweepReport report(
            String title, String metric, Response response, List<ReportPoint> points) {
        return report(
                title, List.of(series("all", metric, response, points)), List.of(), List.of());
    }

    static SweepReport report(
            String title,
            List<ReportSeries> series,
            List<JointPanel> joint,
            List<NoisePanel> noise) {
        return new SweepReport(
                title,
                series,
                joint,
                List.of(),
                noise,
                Optional.empty(),
                Optional.empty(),
                provenance());
    }

    /** The same report with its runs scored class by class, and with a contact sheet. */
    static SweepReport withPanels(SweepReport report) {
        List<ReportSeries> series = report.series().stream().map(Examples::withClasses).toList();
        return new SweepReport(
                report.title(),
                series,
                List.of(),
                List.of(),
                List.of(),
                Optional.of(FrequencyPanel.of(series, 0.95)),
                Optional.of(sheet(24)),
                report.provenance());
    }

    private static ReportSeries withClasses(ReportSeries series) {
        List<ReportPoint> points =
                series.points().stream()
                        .map(
                                p ->
                                        new ReportPoint(
                                                p.subset(),
                                                p.examples(),
                                                p.seed(),
                                                p.metrics(),
                                                p.runFolder(),
                                                p.trainSeconds(),
                                                Optional.of(classes(p))))
                        .toList();
        return new ReportSeries(
                series.name(),
                series.metric(),
                series.response(),
                points,
                series.fits(),
                series.choice());
    }

    /** 300 classes by Zipf's law; what is rarer is scored worse. */
    private static ClassScores classes(ReportPoint point) {
        Random random = new Random(point.seed() + 31 * point.examples());
        int k = 300;
        long[] train = new long[k];
        long[] test = new long[k];
        float[] ap = new float[k];
        for (int c = 0; c < k; c++) {
            train[c] = point.examples() / 40 / (c + 1);
            test[c] = 30 / (c % 7 + 1);
            double mean = 0.1 * Math.log10(1 + train[c]);
            ap[c] = (float) Math.min(1, Math.max(0, mean + 0.05 * random.nextGaussian()));
        }
        return new ClassScores(train, test, ap);
    }

    static ContactSheet sheet(int images) {
        List<ContactSheet.Entry> entries = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            entries.add(
                    new ContactSheet.Entry(
                            "shard-00000.parquet row " + i,
                            jpeg(i),
                            List.of(
                                    new Guess(":a_rather_long_name_%d:".formatted(i), 0.1, true),
                                    new Guess("animal", 0.004, true)),
                            List.of(
                                    new Guess("dog", 1 - 0.01 * i, false),
                                    new Guess("animal", 0.004, true),
                                    new Guess("cat", 0.001, false))));
        }
        return new ContactSheet(
                "points/a-run",
                "the run is points/a-run: 100%, seed 0",
                "sets/pictograms/test",
                "Drawn for a test, CC0.",
                entries,
                "");
    }

    private static byte[] jpeg(int shade) {
        BufferedImage image = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < 128 * 128; at++) {
            image.setRGB(at % 128, at / 128, Color.HSBtoRGB(shade / 24f, at % 128 / 128f, 1));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static ReportSeries series(
            String name, String metric, Response response, List<ReportPoint> points) {
        return new SeriesFits(new Bootstrap(400, 0.95, 1), TARGET)
                .fit(name, metric, response, points);
    }

    static Provenance provenance() {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("name", "resnet50 <sweep>");
        config.putObject("data").put("train", "sets/pictograms").put("seed", 0);
        config.putObject("model").put("architecture", "resnet50").put("classes", 1000);
        config.putObject("train").put("epochs", 4).put("global_batch", 256);
        return new Provenance(
                config,
                "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "0123456789abcdef0123456789abcdef01234567",
                Instant.parse("2026-11-23T12:34:56Z"),
                "jft-eval --config configs/resnet50.yaml --subset 10%,32%,100% --set train.epochs=4",
                Map.of("held-out set", "sets/pictograms-val, 10,000 images"));
    }
}
