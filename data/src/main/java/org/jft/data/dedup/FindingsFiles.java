package org.jft.data.dedup;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 *   pairs.tsv        each pair: keys, where they lie, distance, mirrored, cosine, which tests found it
 *                    (bytes, hash, features)
 *   drop-train.txt   training images to leave out, for data.drop_train
 *   drop-test-1.txt  images of the first evaluation set to leave out, for data.drop_test;
 *                    drop-test-2.txt of the second, and so on
 *   pairs.png        some pairs side by side, the surest first
 *   quarantine.tsv   images that cannot be decoded, if any
 * </pre>
 */
public final class FindingsFiles {
    static final String DROP_TRAIN = "drop-train.txt";

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

    /** Returns the name of the drop list of an evaluation set. */
    static String dropTest(int set) {
        return "drop-test-%d.txt".formatted(set + 1);
    }

    void write(Findings findings) throws IOException {
        writeLines(
                DROP_TRAIN,
                "# of %s: near-duplicates of %s".formatted(request.train(), names()),
                findings.rows().stream().mapToObj(row -> train.key(row) + "\t" + train.place(row)));
        for (int set = 0; set < evaluation.sets().size(); set++) {
            int first = evaluation.first(set);
            int end = evaluation.first(set + 1);
            writeLines(
                    dropTest(set),
                    "# of %s: near-duplicates of %s"
                            .formatted(request.against().get(set), request.train()),
                    findings.pictures().get(first, end).stream()
                            .mapToObj(row -> keyAndPlace(first + row)));
        }
        writeLines("pairs.tsv", PAIR_COLUMNS, findings.pairs().stream().map(this::line));
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
        return String.join(
                "\t",
                train.key(pair.row()).toString(),
                train.place(pair.row()),
                keyAndPlace(pair.picture()),
                pair.distance() == Pair.NO_HASH ? "" : Integer.toString(pair.distance()),
                Boolean.toString(pair.mirrored()),
                Float.isNaN(pair.cosine()) ? "" : String.format(Locale.ROOT, "%.4f", pair.cosine()),
                foundBy(pair));
    }

    private String foundBy(Pair pair) {
        List<String> tests = new ArrayList<>();
        if (pair.identical()) {
            tests.add("bytes");
        }
        if (pair.nearByHash(request.radius())) {
            tests.add("hash");
        }
        if (pair.nearByCosine(request.minCosine())) {
            tests.add("features");
        }
        return String.join(",", tests);
    }

    private void writeLines(String name, String title, Stream<String> lines) throws IOException {
        WholeFile.writeLines(request.out().resolve(name), Stream.concat(Stream.of(title), lines));
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
        node.put("drop_list", counts.dropList());
    }
}
