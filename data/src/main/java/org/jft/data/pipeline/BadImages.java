package org.jft.data.pipeline;

import java.nio.file.Path;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Counts bad images in the order in which batches are handed out, so that the verdict does not
 * depend on threads, and stops the run when they are too many:
 *
 * <pre>
 *   bad &gt; maxBadShare * max(seen, min(count, 10,000))
 * </pre>
 *
 * The lower bound on the denominator keeps an unlucky first hundred from stopping a run whose share
 * is well below the limit. One thread.
 */
final class BadImages {
    /** A share that cannot be exceeded. */
    static final double NO_LIMIT = 1;

    private static final long SEEN_AT_LEAST = 10_000;

    private final double maxShare;
    private final long count;
    private final Path report;
    private long seen;
    private long bad;

    /**
     * Counts.
     *
     * @param maxShare in 0..1
     * @param count samples of the data set
     */
    BadImages(double maxShare, long count, Path report) {
        this.maxShare = maxShare;
        this.count = count;
        this.report = report;
    }

    void add(int images, int badImages) {
        seen += images;
        bad += badImages;
        if (bad > maxShare * Math.max(seen, Math.min(count, SEEN_AT_LEAST))) {
            throw new JftException(
                    Category.ABORT_RUN,
                    ("%d of the %d images read so far (%.2f%%) cannot be decoded, more than"
                                    + " data.loader.max_bad_share=%s allows: they are listed in"
                                    + " %s; repair or remove them, or raise the limit")
                            .formatted(bad, seen, 100.0 * bad / seen, maxShare, report));
        }
    }

    long bad() {
        return bad;
    }
}
