package org.jft.data.dedup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * Pairs by their perceptual hashes, and those of the same bytes, which need no hash: hashes and
 * keys of the evaluation pictures are kept in memory.
 */
final class HashSearch {
    /** More pairs than these are no finding but a radius too wide. */
    static final int MOST_PAIRS = 20_000_000;

    private static final int BATCH = 256;
    private static final int CHUNK = 1 << 20;
    private static final int PART = 1 << 12;

    private final KeyIndex keys; // of the evaluation pictures
    private final long[] hashes; // likewise

    private HashSearch(EvaluationSets evaluation) {
        this.keys = new KeyIndex(evaluation);
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
     * Finds the pairs within a radius and those of the same bytes, ascending by training row, then
     * by evaluation picture.
     *
     * @param most pairs that are kept, usually {@link #MOST_PAIRS}
     * @throws ConfigException as soon as they are more
     */
    List<Pair> pairs(DataSet train, HashFile hashesOfTrain, int radius, int most) {
        Pass pass = new Pass(train, radius, most);
        List<Pair> pairs = new ArrayList<>();
        for (long first = 0; first < hashesOfTrain.rows(); first += CHUNK) {
            int count = (int) Math.min(CHUNK, hashesOfTrain.rows() - first);
            pairs.addAll(pass.search(hashesOfTrain.read(first, count), first));
        }
        return pairs;
    }

    static void requireFew(long pairs, int most, String option) {
        if (pairs > most) {
            throw new ConfigException(
                    "%,d pairs already, of %,d at most: %s is too wide for these data sets"
                            .formatted(pairs, most, option));
        }
    }

    /** One look at all training pictures. */
    private final class Pass {
        private final DataSet train;
        private final int radius;
        private final int most;
        private final int[] pictures; // evaluation pictures with a hash
        private final HammingIndex index; // of each of these: as it is, mirrored
        private final AtomicLong found = new AtomicLong(); // by all threads

        Pass(DataSet train, int radius, int most) {
            this.train = train;
            this.radius = radius;
            this.most = most;
            pictures =
                    IntStream.range(0, hashes.length)
                            .filter(picture -> PerceptualHash.exists(hashes[picture]))
                            .toArray();
            long[] both = new long[2 * pictures.length];
            for (int i = 0; i < pictures.length; i++) {
                both[2 * i] = hashes[pictures[i]];
                both[2 * i + 1] = PerceptualHash.mirrored(hashes[pictures[i]]);
            }
            index = new HammingIndex(both, radius);
        }

        /** Searches for rows that follow each other, with all cores. */
        List<Pair> search(long[] chunk, long first) {
            return IntStream.range(0, (chunk.length + PART - 1) / PART)
                    .parallel()
                    .mapToObj(
                            part -> {
                                List<Pair> pairs = new ArrayList<>();
                                int end = Math.min(chunk.length, (part + 1) * PART);
                                for (int i = part * PART; i < end; i++) {
                                    pairs.addAll(search(chunk[i], first + i));
                                }
                                return pairs;
                            })
                    .flatMap(List::stream)
                    .toList();
        }

        private Collection<Pair> search(long hash, long row) {
            Map<Integer, Pair> near = new TreeMap<>(); // a picture may be found in three ways
            keys.search(
                    train.key(row),
                    picture ->
                            near.put(picture, Pair.of(row, hash, picture, hashes[picture], true)));
            if (PerceptualHash.exists(hash)) {
                index.search(
                        hash,
                        (id, distance) ->
                                near.computeIfAbsent(
                                        pictures[id / 2],
                                        p -> Pair.of(row, hash, p, hashes[p], false)));
            }
            if (!near.isEmpty()) {
                requireFew(found.addAndGet(near.size()), most, "--radius=" + radius);
            }
            return near.values();
        }
    }

    /** Orders by training row, then by evaluation picture. */
    static Comparator<Pair> order() {
        return Comparator.comparingLong(Pair::row).thenComparingInt(Pair::picture);
    }
}
