package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** The job has gone on without this member: it was silent for too long, or others lost it. */
public final class ExpelledException extends JftException {
    /** Exit code of a worker that ends with it; a launcher may start it anew. */
    public static final int EXIT_CODE = 5;

    private static final long serialVersionUID = 1L;

    public ExpelledException(String message) {
        super(Category.ABORT_RANK, message);
    }

    @Override
    public int exitCode() {
        return EXIT_CODE;
    }
}
