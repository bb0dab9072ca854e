package org.jft.cluster.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.cluster.protocol.Standing;

/** Why a process cannot train with another one. */
final class Misfit {
    private static final String PART = ", "; // between the parts of a fingerprint

    private Misfit() {}

    /**
     * Returns in one sentence in what they differ; nothing where they fit.
     *
     * @param own process, and the job it was told of
     * @param first process that is there already, and its job
     */
    static Optional<String> between(Standing own, JobSize job, Standing first, JobSize size) {
        String here = own.fingerprint();
        String there = first.fingerprint();
        if (!here.equals(there)) {
            String sentence = "%s does not fit in: it has %s, but %s has %s";
            return Optional.of(
                    sentence.formatted(own, except(there, here), first, except(here, there)));
        }
        return job.equals(size)
                ? Optional.empty()
                : Optional.of("%s was told of %s but %s of %s".formatted(own, job, first, size));
    }

    /** Returns the parts of a fingerprint that another one has not. */
    private static String except(String without, String fingerprint) {
        List<String> parts = new ArrayList<>(List.of(fingerprint.split(PART)));
        parts.removeAll(List.of(without.split(PART)));
        return String.join(PART, parts);
    }
}
