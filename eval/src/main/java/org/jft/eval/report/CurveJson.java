package org.jft.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.eval.scaling.DataNeed;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.JointFit;
import org.jft.eval.scaling.LackOfFit;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.scaling.Prediction;

/**
 * {@code curve.json}: the fitted curve for programs. Its keys are listed in eval/README.md.
 *
 * <p>A number that does not exist is null: r2 and rmse without a fit, r2 of equal values, the
 * examples of a target that is never reached.
 */
final class CurveJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CurveJson() {}

    static String render(SweepReport report) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode points = root.putArray("points");
        ArrayNode fits = root.putArray("fits");
        for (ReportSeries series : report.series()) {
            series.points().forEach(point -> points.add(point(series, point)));
            series.fits().forEach(fitted -> fits.add(fit(series, fitted)));
        }
        ArrayNode joint = root.putArray("joint");
        report.joint().forEach(panel -> joint.add(joint(panel)));
        ArrayNode comparisons = root.putArray("comparisons");
        report.comparisons().forEach(panel -> add(comparisons, panel));
        ArrayNode noise = root.putArray("noise");
        report.noise().forEach(panel -> add(noise, panel));
        ArrayNode frequency = root.putArray("class_frequency");
        report.frequency().ifPresent(panel -> add(frequency, panel));
        ArrayNode mistakes = root.putArray("mistakes");
        report.mistakes().ifPresent(sheet -> add(mistakes, sheet));
        Provenance provenance = report.provenance();
        root.put("metric", report.metric());
        root.set("config", provenance.config());
        root.put("data_fingerprint", provenance.dataFingerprint());
        root.put("commit", provenance.commit());
        root.put("created", provenance.created().toString());
        ObjectNode details = root.putObject("details");
        provenance.details().forEach(details::put);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot fail to render", e);
        }
    }

    private static ObjectNode point(ReportSeries series, ReportPoint point) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("subset", point.subset())
                .put("examples", point.examples())
                .put("seed", point.seed())
                .put("metric", series.metric())
                .put("value", series.value(point))
                .put("series", series.name());
    }

    private static ObjectNode fit(ReportSeries series, FittedLaw fitted) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("series", series.name());
        node.put("law", fitted.law());
        node.put("chosen", fitted.law().equals(series.choice().law()));
        ObjectNode parameters = node.putObject("parameters");
        fitted.fit().ifPresent(fit -> fit.law().parameters().forEach(parameters::put));
        if (fitted.intervals().isPresent()) {
            ObjectNode intervals = node.putObject("confidence_interval");
            fitted.intervals()
                    .get()
                    .parameters()
                    .forEach((name, interval) -> intervals.set(name, pair(interval)));
        } else {
            node.putNull("confidence_interval");
        }
        node.set("r2", number(fitted.fit().map(Fit::r2)));
        node.set("rmse", number(fitted.fit().map(Fit::rmse)));
        node.set(
                "lack_of_fit",
                fitted.fit().flatMap(Fit::lackOfFit).map(CurveJson::lackOfFit).orElse(null));
        node.put("identified", fitted.fit().map(Fit::identified).orElse(false));
        node.put("note", fitted.note());
        node.set(
                "extrapolation_log_rmse",
                number(Optional.ofNullable(series.choice().extrapolation().get(fitted.law()))));
        ArrayNode predictions = node.putArray("predictions");
        for (Prediction prediction : fitted.predictions()) {
            ObjectNode one = predictions.addObject();
            one.put("factor", prediction.factor());
            one.put("examples", prediction.examples());
            one.put("value", prediction.value());
            one.set(
                    "confidence_interval",
                    prediction
                            .interval()
                            .<JsonNode>map(CurveJson::pair)
                            .orElse(JsonNodeFactory.instance.nullNode()));
        }
        node.set("target", fitted.need().<JsonNode>map(CurveJson::need).orElse(null));
        return node;
    }

    private static ObjectNode lackOfFit(LackOfFit lack) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("f", lack.f());
        node.putArray("degrees_of_freedom").add(lack.sizesToSpare()).add(lack.runsToSpare());
        return node.put("p_value", lack.pValue());
    }

    private static ObjectNode need(DataNeed need) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("value", need.target());
        node.set("examples", number(Optional.of(need.examples())));
        node.set("confidence_interval", need.interval().map(CurveJson::pair).orElse(null));
        return node;
    }

    private static ObjectNode joint(JointPanel panel) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("panel", panel.name());
        ObjectNode parameters = node.putObject("parameters");
        ObjectNode intervals = node.putObject("confidence_interval");
        panel.fit()
                .ifPresent(
                        fit -> {
                            fit.law().parameters().forEach(parameters::put);
                            fit.intervals().forEach((name, i) -> intervals.set(name, pair(i)));
                        });
        node.set("log_rmse", number(panel.fit().map(JointFit::logRmse)));
        node.put("note", panel.fit().map(JointFit::note).orElse(panel.obstacle()));
        ArrayNode models = node.putArray("models");
        for (int i = 0; i < panel.series().size(); i++) {
            models.addObject()
                    .put("series", panel.series().get(i).name())
                    .put("parameters", panel.parameters().get(i));
        }
        return node;
    }

    /** Adds a node for each series that is compared and each of its subsets. */
    private static void add(ArrayNode nodes, ComparisonPanel panel) {
        for (ReportSeries one : panel.series().subList(1, panel.series().size())) {
            Map<String, PairedDifference> differences = panel.differences(one);
            ComparisonPanel.means(one)
                    .forEach(
                            (subset, mean) -> {
                                ObjectNode node = nodes.addObject();
                                node.put("panel", panel.name());
                                node.put("series", one.name());
                                node.put("against", panel.first().name());
                                node.put("subset", subset);
                                node.put("mean", mean);
                                put(node, Optional.ofNullable(differences.get(subset)));
                            });
        }
    }

    private static void put(ObjectNode node, Optional<PairedDifference> difference) {
        node.set("difference", number(difference.map(PairedDifference::mean)));
        node.set("confidence_interval", difference.map(d -> pair(d.t())).orElse(null));
    }

    /** Adds a node for each series of a panel and each of its sizes. */
    private static void add(ArrayNode nodes, NoisePanel panel) {
        for (NoisePanel.Level level : panel.levels()) {
            for (NoisePanel.Row row : level.rows()) {
                boolean first = row.equals(level.rows().get(0));
                Map<Long, PairedDifference> differences =
                        first ? Map.of() : panel.differences(level, row);
                row.series()
                        .means()
                        .forEach(
                                (size, mean) -> {
                                    ObjectNode node = nodes.addObject();
                                    node.put("panel", panel.name());
                                    node.put("series", row.series().name());
                                    node.put("noise", level.noise());
                                    node.put("objective", row.objective());
                                    node.put("examples", size);
                                    node.put("mean", mean);
                                    put(node, Optional.ofNullable(differences.get(size)));
                                    for (String auc : NoisePanel.AUCS) {
                                        node.set(auc, number(Optional.of(row.mean(auc, size))));
                                        String blind = auc + NoisePanel.BLIND;
                                        node.set(blind, number(Optional.of(row.mean(blind, size))));
                                    }
                                });
            }
        }
    }

    /** Adds a node for each size of a series and each bucket of its classes. */
    private static void add(ArrayNode nodes, FrequencyPanel panel) {
        for (FrequencyPanel.Line line : panel.lines()) {
            for (FrequencyPanel.Cell cell : line.cells()) {
                ObjectNode node = nodes.addObject();
                node.put("series", line.series().name());
                node.put("examples", line.examples());
                node.putArray("train_images").add(cell.bucket().from()).add(cell.bucket().to());
                node.put("classes", cell.classes());
                node.put("average_precision", cell.mean());
                node.set("confidence_interval", cell.interval().map(CurveJson::pair).orElse(null));
            }
        }
    }

    /** Adds a node for each image. */
    private static void add(ArrayNode nodes, ContactSheet sheet) {
        for (ContactSheet.Entry image : sheet.images()) {
            ObjectNode node = nodes.addObject();
            node.put("run_folder", sheet.run());
            node.put("place", image.place());
            add(node.putArray("labels"), image.labels());
            add(node.putArray("predictions"), image.predictions());
        }
    }

    private static void add(ArrayNode nodes, List<ContactSheet.Guess> guesses) {
        for (ContactSheet.Guess guess : guesses) {
            nodes.addObject()
                    .put("class", guess.name())
                    .put("probability", guess.probability())
                    .put("right", guess.right());
        }
    }

    private static ArrayNode pair(Interval interval) {
        return JsonNodeFactory.instance
                .arrayNode()
                .add(number(Optional.of(interval.low())))
                .add(number(Optional.of(interval.high())));
    }

    private static JsonNode number(Optional<Double> value) {
        return value.filter(Double::isFinite)
                .<JsonNode>map(JsonNodeFactory.instance::numberNode)
                .orElse(JsonNodeFactory.instance.nullNode());
    }
}
