package org.jft.data.dedup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/** Pairs by their perceptual hashes: those of the evaluation pictures are kept in memory. */
final class HashSearch {
    /** Pairs that are no finding any more but a radius too wide. */
    static final int MOST_PAIRS = 20_000_000;

    private static final int BATCH = 256;
    private static final int CHUNK = 1 << 20;
    private static final int PART = 1 << 12;

    private final EvaluationSets evaluation;
    private final long[] hashes; // of the evaluation pictures

    private HashSearch(EvaluationSets evaluation) {
        this.evaluation = evaluation;
        this.hashes = new long[evaluation.count()];
        Arrays.fill(hashes, PerceptualHash.UNREADABLE);
    }

    /** Hashes all evaluation pictures, as they are and mirrored. */
    static HashSearch of(EvaluationSets evaluation, Quarantine quarantine) {
        HashSearch search = new HashSearch(evaluation);
        for (int set = 0; set < evaluation.sets().size(); set++) {
            DataSet data = evaluation.sets().get(set);
            int first = evaluation.first(set);
            Pictures.read(
                    Pictures.rows(data, 0, BATCH),
                    Pictures.square(PerceptualHash.SIDE),
                    quarantine,
                    "hash " + data.location(),
                    batch -> search.add(batch, first));
        }
        return search;
    }

    private void add(Batch batch, int first) {
        for (int i = 0; i < batch.size(); i++) {
            hashes[first + (int) batch.rows()[i]] = hash(batch, i);
        }
    }

    private static long hash(Batch batch, int i) {
        return PerceptualHash.of(batch.pixels(), i * PerceptualHash.SIDE * PerceptualHash.SIDE * 3);
    }

    /** Hashes the training pictures that are not in the file yet. */
    static void complete(HashFile file, DataSet train, Quarantine quarantine) {
        if (file.done() == file.rows()) {
            return;
        }
        Pictures.read(
                Pictures.rows(train, file.done(), BATCH),
                Pictures.square(PerceptualHash.SIDE),
                quarantine,
                "hash " + train.location(),
                batch -> append(file, batch));
        appendUnreadable(file, file.rows());
    }

    private static void append(HashFile file, Batch batch) {
        appendUnreadable(file, batch.rows()[0]);
        long first = file.done();
        int end = (int) (batch.rows()[batch.size() - 1] + 1 - first);
        long[] row = new long[end];
        Arrays.fill(row, PerceptualHash.UNREADABLE);
        for (int i = 0; i < batch.size(); i++) {
            row[(int) (batch.rows()[i] - first)] = hash(batch, i);
        }
        file.append(row, end);
    }

    /** The rows that no batch holds. */
    private static void appendUnreadable(HashFile file, long endRow) {
        long[] gap = new long[BATCH];
        Arrays.fill(gap, PerceptualHash.UNREADABLE);
        while (file.done() < endRow) {
            file.append(gap, (int) Math.min(BATCH, endRow - file.done()));
        }
    }

    /** Returns the hash of an evaluation picture, or what stands for one. */
    long hash(int picture) {
        return hashes[picture];
    }

    /**
     * Finds the pairs within a radius, ascending by training row, then by evaluation picture.
     *
     * @throws ConfigException when they are more than {@link #MOST_PAIRS}
     */
    List<Pair> pairs(HashFile train, int radius) {
        int[] pictures =
                IntStream.range(0, hashes.length)
                        .filter(picture -> PerceptualHash.exists(hashes[picture]))
                        .toArray();
        long[] both = new long[2 * pictures.length]; // as it is, mirrored
        for (int i = 0; i < pictures.length; i++) {
            both[2 * i] = hashes[pictures[i]];
            both[2 * i + 1] = PerceptualHash.mirrored(hashes[pictures[i]]);
        }
        HammingIndex index = new HammingIndex(both, radius);
        List<Pair> pairs = new ArrayList<>();
        for (long first = 0; first < train.rows(); first += CHUNK) {
            long[] chunk = train.read(first, (int) Math.min(CHUNK, train.rows() - first));
            pairs.addAll(search(index, pictures, chunk, first));
            requireFew(pairs.size(), "--radius=" + radius);
        }
        return pairs;
    }

    static void requireFew(int pairs, String option) {
        if (pairs > MOST_PAIRS) {
            throw new ConfigException(
                    "more than %,d pairs: %s is too wide for these data sets"
                            .formatted(MOST_PAIRS, option));
        }
    }

    private List<Pair> search(HammingIndex index, int[] pictures, long[] chunk, long first) {
        return IntStream.range(0, (chunk.length + PART - 1) / PART)
                .parallel()
                .mapToObj(
                        part -> {
                            List<Pair> found = new ArrayList<>();
                            int end = Math.min(chunk.length, (part + 1) * PART);
                            for (int i = part * PART; i < end; i++) {
                                search(index, pictures, chunk[i], first + i, found);
                            }
                            return found;
                        })
                .flatMap(List::stream)
                .toList();
    }

    private void search(HammingIndex index, int[] pictures, long hash, long row, List<Pair> found) {
        if (!PerceptualHash.exists(hash)) {
            return;
        }
        Map<Integer, Pair> near = new TreeMap<>(); // a picture is found by each of its two hashes
        index.search(
                hash,
                (id, distance) -> {
                    int picture = pictures[id / 2];
                    near.computeIfAbsent(picture, p -> Pair.of(row, hash, p, hashes[p]));
                });
        found.addAll(near.values());
    }

    /** Orders by training row, then by evaluation picture. */
    static Comparator<Pair> order() {
        return Comparator.comparingLong(Pair::row).thenComparingInt(Pair::picture);
    }
}
