package org.jft.eval.transfer.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.PairedDifference;

/** Writes what a study found: {@code transfer.json} and {@code transfer.csv}, a line a point. */
public final class TransferFiles {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private TransferFiles() {}

    /**
     * Writes both into the study's folder.
     *
     * @param provenance what it was computed from: config, network, commit
     */
    public static List<Path> write(
            Path folder,
            JsonNode provenance,
            List<TransferPoint> points,
            List<TransferResult> results) {
        Path json = folder.resolve("transfer.json");
        Path csv = folder.resolve("transfer.csv");
        try {
            Files.createDirectories(folder);
            WholeFile.write(json, JSON.writeValueAsString(tree(provenance, points, results)));
            WholeFile.writeLines(
                    csv,
                    Stream.concat(
                            Stream.of("target,method,start,seed,metric,value,chosen"),
                            points.stream().map(TransferFiles::line)));
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s: %s".formatted(folder, e.getMessage()), e);
        }
        return List.of(json, csv);
    }

    private static String line(TransferPoint point) {
        return String.join(
                ",",
                point.target(),
                point.method(),
                point.start().toString(),
                Long.toString(point.seed()),
                point.metric(),
                Double.toString(point.value()),
                point.chosen());
    }

    private static ObjectNode tree(
            JsonNode provenance, List<TransferPoint> points, List<TransferResult> results) {
        ObjectNode tree = JSON.createObjectNode();
        ArrayNode rows = tree.putArray("results");
        for (TransferResult result : results) {
            ObjectNode row = rows.addObject();
            row.put("target", result.target());
            row.put("method", result.method());
            row.put("metric", result.metric());
            row.put("pairs", result.pretrained().length);
            row.put("pretrained", PairedDifference.mean(result.pretrained()));
            row.put("random", PairedDifference.mean(result.random()));
            row.put("difference", result.difference().mean());
            row.set("t_interval", interval(result.difference().t()));
            row.set("bootstrap_interval", interval(result.difference().bootstrap()));
        }
        ArrayNode all = tree.putArray("points");
        for (TransferPoint point : points) {
            ObjectNode row = all.addObject();
            row.put("target", point.target());
            row.put("method", point.method());
            row.put("start", point.start().toString());
            row.put("seed", point.seed());
            row.put("chosen", point.chosen());
            ObjectNode metrics = row.putObject("metrics");
            point.metrics().forEach(metrics::put);
        }
        tree.set("provenance", provenance);
        return tree;
    }

    private static ArrayNode interval(Interval interval) {
        return JSON.createArrayNode().add(interval.low()).add(interval.high());
    }
}
