package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** The job has gone on without this member: it was silent for too long, or others lost it. */
public final class ExpelledException extends JftException {
    private static final long serialVersionUID = 1L;

    public ExpelledException(String message) {
        super(Category.ABORT_RANK, message);
    }
}
