package org.jft.train.loop;

import org.jft.cluster.collective.PeerLostException;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * A worker was told to end (SIGTERM), and left at the end of a step: alone, if the others can go on
 * without it, else all together with a checkpoint, and the same command goes on from there.
 */
public final class LeftEarlyException extends JftException {
    /** Exit code of the worker that was told: what SIGTERM gives a process that does not listen. */
    public static final int EXIT_CODE = 143;

    private final boolean told;

    /**
     * Says how the run was left.
     *
     * @param told whether this worker was the one told
     * @param all whether the others leave too, behind a checkpoint
     */
    LeftEarlyException(long done, long totalSteps, boolean told, boolean all) {
        super(
                Category.RETRY,
                "%s told to end (SIGTERM): left after step %s of %s%s"
                        .formatted(
                                told ? "was" : "another worker was",
                                done,
                                totalSteps,
                                all
                                        ? " with a checkpoint; the same command goes on from there"
                                        : "; the others go on"));
        this.told = told;
    }

    private LeftEarlyException(String message) {
        super(Category.RETRY, message);
        this.told = true;
    }

    /** Says how a run was left whose workers are processes of their own. */
    static LeftEarlyException ofWorkers(RunFolder folder) {
        return new LeftEarlyException(
                "its workers were told to end (SIGTERM) and have left; the same command "
                        + (folder.checkpoints(1).files().isEmpty()
                                ? "begins anew: there is no checkpoint yet in "
                                : "goes on from the newest checkpoint in ")
                        + folder.root());
    }

    /** The others left because of a peer, and say so to their launcher. */
    @Override
    public int exitCode() {
        return told ? EXIT_CODE : PeerLostException.EXIT_CODE;
    }
}
