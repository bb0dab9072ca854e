package org.jft.data.dedup;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jft.core.embedding.Embedder;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * Pairs by the features of a trained network: those of the evaluation pictures are kept in memory,
 * those of the training pictures pass by batch by batch.
 */
final class EmbeddingSearch implements AutoCloseable {
    private static final int BATCH = 64;

    private final Embedder embedder;
    private final EvaluationSets evaluation;
    private final int[] idOf; // of each evaluation picture in the index; -1: unreadable
    private final int[] pictureOf; // of each vector in the index
    private CosineIndex index;

    private EmbeddingSearch(Embedder embedder, EvaluationSets evaluation) {
        this.embedder = embedder;
        this.evaluation = evaluation;
        this.pictureOf = new int[evaluation.count()];
        this.idOf = new int[evaluation.count()];
        Arrays.fill(idOf, -1);
    }

    /** Runs a trained network on all evaluation pictures. */
    static EmbeddingSearch of(Path checkpoint, EvaluationSets evaluation, Quarantine quarantine) {
        EmbeddingSearch search = new EmbeddingSearch(Embedder.open(checkpoint, BATCH), evaluation);
        try {
            for (int set = 0; set < evaluation.sets().size(); set++) {
                DataSet data = evaluation.sets().get(set);
                int first = evaluation.first(set);
                Pictures.read(
                        Pictures.rows(data, 0, BATCH),
                        search.embedder.image(),
                        quarantine,
                        "embed " + data.location(),
                        batch -> search.add(batch, first));
            }
            if (search.index != null) {
                search.index.finish();
            }
            return search;
        } catch (RuntimeException e) {
            search.close();
            throw e;
        }
    }

    private void add(Batch batch, int first) {
        FloatBuffer features = embedder.embed(batch.pixels(), batch.size());
        if (index == null) {
            index = new CosineIndex(width(features, batch));
        }
        for (int i = 0; i < batch.size(); i++) {
            int picture = first + (int) batch.rows()[i];
            idOf[picture] = index.count();
            pictureOf[index.count()] = picture;
            index.add(features, i);
        }
    }

    private static int width(FloatBuffer features, Batch batch) {
        return features.capacity() / batch.size();
    }

    /**
     * Runs it on all training pictures.
     *
     * @param byHash pairs found before, in their order, all of the same bytes among them
     * @return the same with their cosines, and those that the features add, in the same order
     */
    List<Pair> extend(
            List<Pair> byHash,
            DataSet train,
            HashFile hashes,
            HashSearch evaluationHashes,
            double minCosine,
            Quarantine quarantine) {
        if (index == null) {
            return byHash; // no evaluation picture can be read
        }
        List<Pair> all = new ArrayList<>();
        int[] next = {0}; // of byHash
        Pictures.read(
                Pictures.rows(train, 0, BATCH),
                embedder.image(),
                quarantine,
                "embed " + train.location(),
                batch -> {
                    long endRow = batch.rows()[batch.size() - 1] + 1;
                    int from = next[0];
                    while (next[0] < byHash.size() && byHash.get(next[0]).row() < endRow) {
                        next[0]++;
                    }
                    List<Pair> before = byHash.subList(from, next[0]);
                    all.addAll(pairs(batch, before, hashes, evaluationHashes, minCosine));
                    HashSearch.requireFew(
                            all.size(), HashSearch.MOST_PAIRS, "--min-cosine=" + minCosine);
                });
        all.addAll(byHash.subList(next[0], byHash.size()));
        return all;
    }

    private Collection<Pair> pairs(
            Batch batch,
            List<Pair> byHash,
            HashFile hashes,
            HashSearch evaluationHashes,
            double minCosine) {
        float[][] units = new float[batch.size()][];
        FloatBuffer features = embedder.embed(batch.pixels(), batch.size());
        for (int i = 0; i < units.length; i++) {
            units[i] = index.unit(features, i);
        }
        long[] rows = batch.rows();
        NavigableSet<Pair> pairs = new TreeSet<>(HashSearch.order());
        for (Pair pair : byHash) {
            int query = Arrays.binarySearch(rows, pair.row());
            int id = idOf[pair.picture()];
            boolean both = query >= 0 && id >= 0;
            pairs.add(both ? pair.withCosine(index.cosine(units[query], id)) : pair);
        }
        index.search(
                units,
                (float) minCosine,
                (query, id, cosine) -> {
                    int picture = pictureOf[id];
                    long hash = hashes.read(rows[query], 1)[0];
                    long other = evaluationHashes.hash(picture);
                    Pair pair = Pair.of(rows[query], hash, picture, other, false);
                    pairs.add(pair.withCosine(cosine)); // unless it was found before
                });
        return pairs;
    }

    @Override
    public void close() {
        embedder.close();
    }
}
