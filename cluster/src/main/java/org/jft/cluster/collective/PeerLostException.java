package org.jft.cluster.collective;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Another rank is gone, silent, or gave up: the job ends here through no fault of this rank. A
 * worker that ends with it exits with {@link #EXIT_CODE}, so that a launcher can tell the rank that
 * failed from the ranks that noticed.
 */
public class PeerLostException extends JftException {
    /** Exit code of a worker that lost a peer. */
    public static final int EXIT_CODE = 3;

    private final int peer;

    public PeerLostException(int peer, String message) {
        super(Category.ABORT_RUN, message);
        this.peer = peer;
    }

    /** Returns the rank that is to blame, as far as can be told. */
    public int peer() {
        return peer;
    }

    @Override
    public int exitCode() {
        return EXIT_CODE;
    }
}
