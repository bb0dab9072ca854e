package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Fewer members are left than the job trains with: all end, and a launcher starts no others. */
public final class TooFewMembersException extends JftException {
    /** Exit code of a worker that ends with it. */
    public static final int EXIT_CODE = 6;

    private static final long serialVersionUID = 1L;

    public TooFewMembersException(String message) {
        super(Category.ABORT_RUN, message);
    }

    @Override
    public int exitCode() {
        return EXIT_CODE;
    }
}
