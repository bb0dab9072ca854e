package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The coordinator has lost its log and does not know its members any more: they cannot meet. They
 * still hold their state.
 */
public final class ForgottenException extends JftException {
    private static final long serialVersionUID = 1L;

    public ForgottenException(String message) {
        super(Category.ABORT_RANK, message);
    }

    /** As of a worker that the job has gone on without: it may be started anew. */
    @Override
    public int exitCode() {
        return ExpelledException.EXIT_CODE;
    }
}
