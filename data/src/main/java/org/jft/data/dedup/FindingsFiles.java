package org.jft.data.dedup;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.jft.core.file.WholeFile;
import org.jft.data.dedup.DedupSummary.Counts;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * What a comparison leaves in its folder, each file whole or not at all.
 *
 * <pre>
 *   summary.json     the counts of each data set, and what was asked for
 *   pairs.tsv        each pair: keys, where they lie, distance, mirrored, cosine, which test found it
 *   drop-train.txt   training images to leave out, for data.drop_train
 *   drop-test.txt    evaluation images to leave out, of all sets, for data.drop_test
 *   pairs.png        some pairs side by side, the surest first
 *   quarantine.tsv   images that cannot be decoded, if any
 * </pre>
 */
public final class FindingsFiles {
    private static final String PAIR_COLUMNS =
            "train_key\ttrain_where\ttest_key\ttest_where\tdistance\tmirrored\tcosine\tfound_by";
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final DedupRequest request;
    private final DataSet train;
    private final EvaluationSets evaluation;
    private final Quarantine quarantine;

    FindingsFiles(
            DedupRequest request, DataSet train, EvaluationSets evaluation, Quarantine quarantine) {
        this.request = request;
        this.train = train;
        this.evaluation = evaluation;
        this.quarantine = quarantine;
    }

    void write(Findings findings) throws IOException {
        String of = "# of %s: near-duplicates of %s".formatted(request.train(), names());
        writeLines(
                "drop-train.txt",
                Stream.concat(
                        Stream.of(of),
                        findings.rows().stream()
                                .mapToObj(row -> train.key(row) + "\t" + train.place(row))));
        writeLines(
                "drop-test.txt",
                Stream.concat(
                        Stream.of(
                                "# of %s: near-duplicates of %s"
                                        .formatted(names(), request.train())),
                        findings.pictures().stream().mapToObj(this::keyAndPlace)));
        writeLines(
                "pairs.tsv",
                Stream.concat(Stream.of(PAIR_COLUMNS), findings.pairs().stream().map(this::line)));
        WholeFile.write(
                request.out().resolve("summary.json"),
                JSON.writeValueAsString(json(findings.summary())) + "\n");
        new PairSheet(train, evaluation, quarantine)
                .write(findings.pairs(), request.out().resolve("pairs.png"));
    }

    private String names() {
        return String.join(", ", request.against());
    }

    private String keyAndPlace(int picture) {
        DataSet set = evaluation.dataOf(picture);
        int row = evaluation.rowOf(picture);
        return set.key(row) + "\t" + set.place(row);
    }

    private String line(Pair pair) {
        boolean byHash = pair.nearByHash(request.radius());
        boolean byCosine = pair.nearByCosine(request.minCosine());
        return String.join(
                "\t",
                train.key(pair.row()).toString(),
                train.place(pair.row()),
                keyAndPlace(pair.picture()),
                pair.distance() == Pair.NO_HASH ? "" : Integer.toString(pair.distance()),
                Boolean.toString(pair.mirrored()),
                Float.isNaN(pair.cosine()) ? "" : String.format(Locale.ROOT, "%.4f", pair.cosine()),
                byHash && byCosine ? "both" : byHash ? "hash" : "features");
    }

    private void writeLines(String name, Stream<String> lines) throws IOException {
        WholeFile.write(
                request.out().resolve(name),
                channel -> {
                    BufferedWriter out =
                            new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
                    for (String line : (Iterable<String>) lines::iterator) {
                        out.write(line);
                        out.write('\n');
                    }
                    out.flush();
                });
    }

    private ObjectNode json(DedupSummary summary) {
        ObjectNode root = JSON.createObjectNode();
        root.put("radius", request.radius());
        if (request.checkpoint() != null) {
            root.put("checkpoint", request.checkpoint().toString());
            root.put("min_cosine", request.minCosine());
        }
        root.put("pairs", summary.pairs());
        put(root.putObject("train"), summary.train());
        summary.evaluation().forEach(c -> put(root.withArray("evaluation").addObject(), c));
        return root;
    }

    private static void put(ObjectNode node, Counts counts) {
        node.put("location", counts.location());
        node.put("fingerprint", counts.fingerprint());
        node.put("images", counts.images());
        node.put("unreadable", counts.unreadable());
        node.put("plain", counts.plain());
        node.put("near_duplicates", counts.nearDuplicates());
        node.put("share", counts.share());
        node.put("identical", counts.identical());
    }
}
