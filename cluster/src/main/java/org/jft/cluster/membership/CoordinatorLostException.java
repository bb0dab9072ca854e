package org.jft.cluster.membership;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** No coordinator answers, and without one the members cannot meet: the job cannot go on now. */
public final class CoordinatorLostException extends JftException {
    /**
     * Exit code of a worker that ends with it: as of one that has lost a peer, to be started again.
     */
    public static final int EXIT_CODE = 3;

    private static final long serialVersionUID = 1L;

    public CoordinatorLostException(String message) {
        super(Category.RETRY, message);
    }

    @Override
    public int exitCode() {
        return EXIT_CODE;
    }
}
