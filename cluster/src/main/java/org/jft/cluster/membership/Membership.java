package org.jft.cluster.membership;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jft.cluster.protocol.Standing;
import org.jft.core.failure.JftException;

/**
 * The workers of a job as they come and go. Time is cut into generations: in each the members and
 * their ranks are fixed, and gradients travel under its number. A generation ends for all when a
 * member is lost, or when the members agree, behind a step, to let newcomers in or a leaver go;
 * {@link #regroup} then forms the next.
 *
 * <p>Losses are seen by a coordinator that all members keep talking to on a thread of their own, so
 * that a long computation does not look like a death, and a process that is stopped or cut off
 * does.
 */
public interface Membership extends AutoCloseable {
    /**
     * Says how far this member is and waits for the next generation, which forms when every member
     * of the last one has said so or is lost. The first call joins the job: it returns with the
     * first generation when all workers that the job starts with have come, later with the
     * generation that follows the next boundary.
     *
     * @param standing this member, and how far it is
     * @param suspect rank, in the generation that ends, of a peer that this member could not reach;
     *     a member that is suspected again and again is put out even if the coordinator reaches it
     * @param timeout longest wait for a member that lives but does not regroup
     * @throws ExpelledException when the job goes on without this member
     * @throws ForgottenException when the coordinator knows nothing of it any more
     * @throws CoordinatorLostException when nobody can be asked for too long
     * @throws JftException when the job cannot go on, or this member does not fit into it
     */
    View regroup(Standing standing, OptionalInt suspect, Duration timeout);

    /**
     * Returns why the generation this member is in has ended: one sentence that names who was lost.
     * Empty while it lasts. Cheap, from any thread: a collective asks in every turn in which it
     * waits.
     */
    Optional<String> ended();

    /** Returns whether newcomers wait for the members to regroup. Cheap, from any thread. */
    boolean newcomersWait();

    /**
     * Returns whether {@link #regroup} would get an answer: not while the coordinator is away.
     * Cheap, from any thread.
     */
    boolean reachable();

    /** This process is to end: it waits no longer for a coordinator that is away. Any thread. */
    void hurry();

    /** Goes, without being missed: behind the last step, or behind one after which to leave. */
    void leave();

    /** Idempotent. A member that has not left counts as lost. */
    @Override
    void close();
}
