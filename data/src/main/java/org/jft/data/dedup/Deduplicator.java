package org.jft.data.dedup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * Finds training pictures that look like evaluation pictures, as the appendix of Sun et al. 2017
 * did for JFT: pairs of the same bytes, pairs whose perceptual hashes differ in few bits, the
 * evaluation picture as it is or mirrored, and, with a trained network, pairs whose features point
 * the same way.
 *
 * <p>Pictures are decoded by all cores and pass by in batches. In memory stay about 130 bytes for
 * each evaluation picture and 4 for each of its features, about 50 for each pair found, and what
 * the open data sets need.
 */
public final class Deduplicator {
    private Deduplicator() {}

    /**
     * Compares and writes what it finds, see {@link FindingsFiles}.
     *
     * @throws org.jft.core.failure.ConfigException when there is nothing to compare, the training
     *     set is an evaluation set, or far too many pairs are near
     */
    public static DedupSummary run(DedupRequest request) {
        try (DataSet train = DataSet.open(request.train(), null);
                EvaluationSets evaluation = EvaluationSets.open(request.against(), train);
                HashFile hashes = HashFile.open(request.hashes(), train)) {
            Files.createDirectories(request.out());
            Quarantine quarantine = Quarantine.in(request.out());
            HashSearch search = HashSearch.of(evaluation, quarantine);
            HashSearch.complete(hashes, train, quarantine);
            List<Pair> pairs = search.pairs(train, hashes, request.radius(), HashSearch.MOST_PAIRS);
            if (request.checkpoint() != null) {
                pairs = withFeatures(request, pairs, train, evaluation, hashes, search, quarantine);
            }
            Findings findings = Findings.of(train, hashes, evaluation, search, pairs);
            new FindingsFiles(request, train, evaluation, quarantine).write(findings);
            return findings.summary();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Pair> withFeatures(
            DedupRequest request,
            List<Pair> pairs,
            DataSet train,
            EvaluationSets evaluation,
            HashFile hashes,
            HashSearch search,
            Quarantine quarantine) {
        try (EmbeddingSearch embeddings =
                EmbeddingSearch.of(request.checkpoint(), evaluation, quarantine)) {
            return embeddings.extend(pairs, train, hashes, search, request.minCosine(), quarantine);
        }
    }
}
