package org.jft.cluster.launch;

import static java.util.stream.Collectors.toCollection;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Generation;
import org.jft.cluster.collective.GenerationEndedException;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.DriverLostException;
import org.jft.core.failure.JftException;

/**
 * Workers that come and go. Each generation has transports of its own, at new ports and under
 * another token, so what a process of an earlier one still sends reaches nobody.
 */
public final class ElasticTeam implements Team {
    /** The transports of one generation, opened before it forms. */
    public interface Opening extends AutoCloseable {
        /** Returns where this worker will receive. */
        Endpoint endpoint();

        /** Joins the members in a ring, which takes the transports over. */
        Collective join(View view, Generation generation);

        @Override
        void close();
    }

    private final Membership membership;
    private final Standing self; // but for the endpoint and the steps
    private final Supplier<Opening> openings;
    private final Duration timeout;
    private final Consumer<String> news;
    private Collective ranks; // null before the first generation, and while the next forms
    private View view;

    /**
     * Describes.
     *
     * @param membership owned from here on
     * @param self endpoint and steps are said anew each time
     * @param timeout longest wait for a member that lives but does not meet the others
     * @param news rank 0's: who is in a generation, and why the last one ended
     */
    public ElasticTeam(
            Membership membership,
            Standing self,
            Supplier<Opening> openings,
            Duration timeout,
            Consumer<String> news) {
        this.membership = membership;
        this.self = self;
        this.openings = openings;
        this.timeout = timeout;
        this.news = news;
    }

    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public Collective meet(long stepsDone, Optional<JftException> end) {
        Optional<JftException> why = end;
        View before = view;
        long startNs = System.nanoTime();
        while (true) {
            closeRanks();
            try (Opening opening = openings.get()) {
                View last = before == null ? view : before;
                view = membership.regroup(standing(opening, stepsDone), suspect(why), timeout);
                try {
                    ranks = opening.join(view, generation(view));
                    // At first it has waited for others to start.
                    tell(last, why, before == null ? 0 : System.nanoTime() - startNs);
                    return ranks;
                } catch (JftException e) {
                    if (!outlives(e) && membership.ended().isEmpty()) {
                        throw e;
                    }
                    why = Optional.of(e); // another was lost meanwhile
                }
            }
        }
    }

    private Generation generation(View now) {
        return new Generation(now.generation(), membership::ended);
    }

    private Standing standing(Opening opening, long stepsDone) {
        return new Standing(
                self.name(),
                self.host(),
                self.pid(),
                self.fingerprint(),
                opening.endpoint(),
                stepsDone < 0 ? Standing.NEWCOMER : stepsDone);
    }

    private static OptionalInt suspect(Optional<JftException> why) {
        return why.isPresent() && why.get() instanceof PeerLostException lost
                ? OptionalInt.of(lost.peer())
                : OptionalInt.empty();
    }

    /**
     * Tells of a generation.
     *
     * @param last generation before; null before the first
     * @param tookNs from its end to now; 0 when that says nothing
     */
    private void tell(View last, Optional<JftException> why, long tookNs) {
        if (view.self() != 0) {
            return;
        }
        Set<String> here =
                view.members().stream()
                        .map(Standing::name)
                        .collect(toCollection(LinkedHashSet::new));
        List<String> gone =
                last == null
                        ? List.of()
                        : last.members().stream()
                                .filter(member -> !here.contains(member.name()))
                                .map(Standing::toString)
                                .toList();
        news.accept(
                "generation %d: %s%s%s%s"
                        .formatted(
                                view.generation(),
                                String.join(", ", here),
                                gone.isEmpty() ? "" : "; gone: " + String.join(", ", gone),
                                why.filter(GenerationEndedException.class::isInstance)
                                        .map(e -> "; " + e.getMessage())
                                        .orElse(""),
                                tookNs == 0 ? "" : "; met in %.2f s".formatted(tookNs / 1e9)));
    }

    @Override
    public boolean outlives(JftException failure) {
        return failure instanceof GenerationEndedException
                || failure instanceof PeerLostException
                || failure instanceof DriverLostException;
    }

    @Override
    public boolean newcomersWait() {
        return membership.newcomersWait();
    }

    @Override
    public boolean canMeet() {
        return membership.reachable();
    }

    @Override
    public void hurry() {
        membership.hurry();
    }

    @Override
    public int generation() {
        return view == null ? 0 : view.generation();
    }

    @Override
    public String generationName() {
        return "generation %d of %s".formatted(view.generation(), view.members().get(0));
    }

    @Override
    public void leave() {
        membership.leave();
    }

    @Override
    public void close() {
        closeRanks();
        membership.close();
    }

    private void closeRanks() {
        if (ranks != null) {
            ranks.close();
            ranks = null;
        }
    }
}
