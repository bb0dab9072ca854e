package org.jft.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.Prediction;

/**
 * {@code curve.json}: the fitted curve for programs.
 *
 * <pre>
 *   points          [{subset, examples, seed, metric, value}]   of the fitted metric
 *   fits            [{law, parameters {name: number}, confidence_interval {name: [low, high]} | null,
 *                     r2, rmse, identified, note,
 *                     predictions [{factor, examples, value, confidence_interval [low, high] | null}]}]
 *   metric, config, data_fingerprint, commit, created (ISO 8601, UTC)
 * </pre>
 *
 * A number that does not exist is null: r2 and rmse without a fit, r2 of equal values.
 */
final class CurveJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CurveJson() {}

    static String render(SweepReport report) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode points = root.putArray("points");
        for (ReportPoint point : report.points()) {
            points.addObject()
                    .put("subset", point.subset())
                    .put("examples", point.examples())
                    .put("seed", point.seed())
                    .put("metric", report.metric())
                    .put("value", report.value(point));
        }
        ArrayNode fits = root.putArray("fits");
        report.fits().forEach(fitted -> fits.add(fit(fitted)));
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

    private static ObjectNode fit(FittedLaw fitted) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("law", fitted.law());
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
        node.put("identified", fitted.fit().map(Fit::identified).orElse(false));
        node.put("note", fitted.note());
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
        return node;
    }

    private static ArrayNode pair(Interval interval) {
        return JsonNodeFactory.instance.arrayNode().add(interval.low()).add(interval.high());
    }

    private static JsonNode number(Optional<Double> value) {
        return value.filter(Double::isFinite)
                .<JsonNode>map(JsonNodeFactory.instance::numberNode)
                .orElse(JsonNodeFactory.instance.nullNode());
    }
}
