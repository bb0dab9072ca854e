package org.jft.train.loop;

import org.jft.cluster.collective.PeerLostException;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A worker was told to end (SIGTERM), and all left together at the end of a step, with a
 * checkpoint. Nothing is lost: the same command goes on from there.
 */
public final class LeftEarlyException extends JftException {
    /** Exit code of the worker that was told: what SIGTERM gives a process that does not listen. */
    public static final int EXIT_CODE = 143;

    private final boolean told;

    LeftEarlyException(long done, long totalSteps, boolean told) {
        super(
                Category.RETRY,
                "%s told to end (SIGTERM): left after step %s of %s with a checkpoint; the same command goes on from there"
                        .formatted(told ? "was" : "another worker was", done, totalSteps));
        this.told = told;
    }

    /** The others left because of a peer, and say so to their launcher. */
    @Override
    public int exitCode() {
        return told ? EXIT_CODE : PeerLostException.EXIT_CODE;
    }
}
