package org.jft.cluster.launch;

import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.ForgottenException;
import org.jft.core.failure.JftException;

/**
 * The workers of a job as one of them sees them: those of now, and those of the next generation.
 * One owner thread.
 */
public interface Team extends AutoCloseable {
    /** Returns whether workers may come and go; if not, the loss of any ends the job. */
    boolean changes();

    /**
     * Meets the others, at the start and whenever the generation has ended or is to end. All of
     * them do so; the collective of the last generation is closed.
     *
     * @param stepsDone updates this worker's parameters have seen; negative when it has none to
     *     offer
     * @param end what ended the last generation; empty when that was agreed
     * @return owned by this team; the ranks in it are those of the new generation
     * @throws CoordinatorLostException when there is nobody through whom to meet
     * @throws ForgottenException when those know nothing of this worker any more
     */
    Collective meet(long stepsDone, Optional<JftException> end);

    /** Returns whether the others will go on after this failure, and this worker with them. */
    boolean outlives(JftException failure);

    /** Returns whether newcomers wait for all to meet. Cheap. */
    boolean newcomersWait();

    /** Returns whether all could meet now, if they agreed to. Cheap. */
    boolean canMeet();

    /** This worker is to end: it does not wait for those through whom to meet. From any thread. */
    void hurry();

    /** Returns how often the members of this job have met before. */
    int generation();

    /** Names the generation and who is its rank 0: no two of the job's are called alike. */
    String generationName();

    /** Goes, without being missed. */
    void leave();

    /** Idempotent. */
    @Override
    void close();

    /** Returns the team of a job whose workers stay; owns their collective. */
    static Team fixed(Collective ranks) {
        return new FixedTeam(ranks);
    }
}
