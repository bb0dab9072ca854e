package org.jft.data.dedup;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jft.data.dedup.DedupSummary.Counts;
import org.jft.data.shard.DataSet;

/**
 * The pairs, and how many pictures of each data set they touch.
 *
 * @param pairs ascending by training row, then by evaluation picture
 * @param rows training rows with a near-duplicate
 * @param pictures evaluation pictures with one
 */
record Findings(DedupSummary summary, List<Pair> pairs, BitSet rows, BitSet pictures) {
    private static final int CHUNK = 1 << 16;

    static Findings of(
            DataSet train,
            HashFile hashes,
            EvaluationSets evaluation,
            HashSearch search,
            List<Pair> pairs) {
        BitSet rows = new BitSet();
        BitSet identicalRows = new BitSet();
        BitSet pictures = new BitSet();
        BitSet identicalPictures = new BitSet();
        for (Pair pair : pairs) {
            int row = Math.toIntExact(pair.row());
            rows.set(row);
            pictures.set(pair.picture());
            if (pair.identical()) {
                identicalRows.set(row);
                identicalPictures.set(pair.picture());
            }
        }
        List<Counts> counts = new ArrayList<>();
        for (int set = 0; set < evaluation.sets().size(); set++) {
            counts.add(count(evaluation, set, search, pictures, identicalPictures));
        }
        Counts ofTrain = count(train, hashes, rows.cardinality(), identicalRows.cardinality());
        return new Findings(new DedupSummary(ofTrain, counts, pairs.size()), pairs, rows, pictures);
    }

    private static Counts count(DataSet train, HashFile hashes, long near, long identical) {
        long unreadable = 0;
        long plain = 0;
        for (long first = 0; first < hashes.rows(); first += CHUNK) {
            for (long hash : hashes.read(first, (int) Math.min(CHUNK, hashes.rows() - first))) {
                unreadable += hash == PerceptualHash.UNREADABLE ? 1 : 0;
                plain += hash == PerceptualHash.PLAIN ? 1 : 0;
            }
        }
        return new Counts(
                train.location(),
                train.fingerprint(),
                train.rowCount(),
                unreadable,
                plain,
                near,
                identical,
                FindingsFiles.DROP_TRAIN);
    }

    private static Counts count(
            EvaluationSets evaluation,
            int set,
            HashSearch search,
            BitSet pictures,
            BitSet identical) {
        DataSet data = evaluation.sets().get(set);
        int first = evaluation.first(set);
        int end = evaluation.first(set + 1);
        long unreadable = 0;
        long plain = 0;
        for (int picture = first; picture < end; picture++) {
            unreadable += search.hash(picture) == PerceptualHash.UNREADABLE ? 1 : 0;
            plain += search.hash(picture) == PerceptualHash.PLAIN ? 1 : 0;
        }
        return new Counts(
                data.location(),
                data.fingerprint(),
                data.rowCount(),
                unreadable,
                plain,
                pictures.get(first, end).cardinality(),
                identical.get(first, end).cardinality(),
                FindingsFiles.dropTest(set));
    }
}
