package org.jft.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jft.cluster.protocol.Standing;

/** Remembers what was decided. */
final class Told implements Audience {
    final List<String> events = new ArrayList<>();
    final Map<Long, View> views = new HashMap<>(); // newest, by session
    final Map<Integer, List<Standing>> generations = new HashMap<>();
    final Set<Long> refused = new HashSet<>();
    final List<String> out = new ArrayList<>(); // at this moment

    @Override
    public void formed(long session, View view) {
        events.add(session + " formed " + view.generation());
        views.put(session, view);
        List<Standing> members =
                generations.computeIfAbsent(view.generation(), g -> view.members());
        assertThat(view.members()).isEqualTo(members);
    }

    @Override
    public void ended(long session, int generation, String reason) {
        events.add("%d ended %d: %s".formatted(session, generation, reason));
    }

    @Override
    public void newcomersWait(long session, boolean wait) {
        events.add(session + " newcomers " + wait);
    }

    @Override
    public void in(Standing process) {
        out.remove(process.name());
    }

    @Override
    public void out(Standing process) {
        out.add(process.name());
    }

    @Override
    public void refused(long session, Refusal why, String sentence) {
        events.add("%d refused %s: %s".formatted(session, why, sentence));
        refused.add(session);
    }
}
