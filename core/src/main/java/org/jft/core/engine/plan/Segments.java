package org.jft.core.engine.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.core.engine.program.Program;
import org.jft.core.engine.program.Value;

/**
 * Cuts a network where a single value crosses: in a residual network, between blocks. Segments hold
 * about the square root of all groups, which minimises what is kept plus what is computed again at
 * once.
 */
final class Segments {
    private Segments() {}

    /** Returns the groups in order, cut into segments. */
    static List<List<Group>> of(Program program, List<Group> groups) {
        Map<Value, Integer> lastRead = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            for (Value input : groups.get(i).inputs()) {
                lastRead.put(input, i);
            }
        }
        int enough = (int) Math.ceil(Math.sqrt(groups.size()));
        List<List<Group>> segments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < groups.size(); i++) {
            boolean last = i == groups.size() - 1;
            if (last || i + 1 - start >= enough && crossing(groups, lastRead, i) == 1) {
                segments.add(List.copyOf(groups.subList(start, i + 1)));
                start = i + 1;
            }
        }
        return segments;
    }

    /** Counts the values computed up to a group and read behind it. */
    private static long crossing(List<Group> groups, Map<Value, Integer> lastRead, int at) {
        return groups.subList(0, at + 1).stream()
                .filter(group -> lastRead.getOrDefault(group.output(), -1) > at)
                .count();
    }
}
