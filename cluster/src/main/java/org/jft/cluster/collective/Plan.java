package org.jft.cluster.collective;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jft.core.config.ClusterConfig.Algorithm;

/**
 * How the ranks of a job sum their vectors: all in one ring or in pairs, or level by level. With
 * several levels ranks stand in a grid, the first coordinate running fastest through {@code order};
 * a level joins the ranks that differ in its coordinate alone.
 *
 * @param order all ranks, those of a host one after the other
 * @param levels whose sizes multiply to the number of ranks; only the last may go in pairs
 */
public record Plan(List<Integer> order, List<Level> levels) {
    /** Ranks up to which one ring is the choice: it talks to neighbours only, whatever the link. */
    public static final int RING_HOSTS = 64;

    /**
     * Some ranks that sum among each other.
     *
     * @param size how many
     * @param pairwise in pairs at distances 1, 2, 4 ..., else along a ring
     * @param sameHost whether they share a host, and so no network
     */
    public record Level(int size, boolean pairwise, boolean sameHost) {}

    public Plan {
        order = List.copyOf(order);
        levels = List.copyOf(levels);
        int product = levels.stream().mapToInt(Level::size).reduce(1, Math::multiplyExact);
        checkArgument(
                product == order.size() && levels.stream().allMatch(level -> level.size() > 1),
                "levels of %s do not make %s ranks",
                levels,
                order.size());
        checkArgument(
                levels.stream().limit(levels.size() - 1).noneMatch(Level::pairwise),
                "only the last level may go in pairs: %s",
                levels);
    }

    /** Returns the plan of one ring. */
    public static Plan ring(int worldSize) {
        return flat(worldSize, false);
    }

    /** Returns the plan of recursive halving and doubling among all ranks. */
    public static Plan halvingDoubling(int worldSize) {
        return flat(worldSize, true);
    }

    private static Plan flat(int worldSize, boolean pairwise) {
        return new Plan(
                IntStream.range(0, worldSize).boxed().toList(),
                List.of(new Level(worldSize, pairwise, false)));
    }

    /**
     * Chooses by how the ranks are spread over hosts. Up to 64 ranks are one ring, host by host: it
     * crosses each network interface once, and all its links work at the same time. Longer rings
     * wait too long for each other. Then several workers a host, equally many on each, sum inside
     * their hosts first; up to 64 hosts are one ring; more of them go in pairs as far as their
     * number is a power of two, and an odd factor of it in small rings first, which moves no more
     * bytes.
     *
     * @param hosts by rank
     */
    public static Plan of(Algorithm algorithm, List<String> hosts) {
        Plan ring = new Plan(byHost(hosts), List.of(new Level(hosts.size(), false, false)));
        switch (algorithm) {
            case RING:
                return ring;
            case HALVING_DOUBLING:
                return halvingDoubling(hosts.size());
            case HIERARCHICAL:
                return byLevels(hosts).orElse(ring);
            default:
                return hosts.size() > RING_HOSTS ? byLevels(hosts).orElse(ring) : ring;
        }
    }

    private static List<Integer> byHost(List<String> hosts) {
        return ranksOf(hosts).stream().flatMap(List::stream).toList();
    }

    private static Collection<List<Integer>> ranksOf(List<String> hosts) {
        return IntStream.range(0, hosts.size())
                .boxed()
                .collect(Collectors.groupingBy(hosts::get, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    /** Empty where hosts have different numbers of workers, or there is only one. */
    private static Optional<Plan> byLevels(List<String> hosts) {
        Collection<List<Integer>> ranks = ranksOf(hosts);
        int hostCount = ranks.size();
        int perHost = hosts.size() / hostCount;
        if (hostCount == 1 || ranks.stream().anyMatch(some -> some.size() != perHost)) {
            return Optional.empty();
        }
        List<Level> levels = new ArrayList<>();
        if (perHost > 1) {
            levels.add(new Level(perHost, false, true));
        }
        int power = hostCount > RING_HOSTS ? Integer.lowestOneBit(hostCount) : 1;
        if (power < hostCount) {
            levels.add(new Level(hostCount / power, false, false));
        }
        if (power > 1) {
            levels.add(new Level(power, true, false));
        }
        return Optional.of(new Plan(byHost(hosts), levels));
    }

    /**
     * Returns the streams, to and from peers, that a rank opens at most when ranks are dealt out
     * host by host, before it is known how many are on each.
     */
    public static int streams(Algorithm algorithm, int worldSize) {
        boolean levels =
                algorithm == Algorithm.HIERARCHICAL
                        || algorithm == Algorithm.AUTO && worldSize > RING_HOSTS;
        boolean pairs = algorithm == Algorithm.HALVING_DOUBLING || levels;
        int rings = levels ? 3 : 1; // of all, inside hosts, between them
        return 2 * (rings + (pairs ? doublings(worldSize) : 0));
    }

    /** Returns the streams that a rank opens to its peers at most when all of them share a host. */
    public static int streamsOnOneHost(Algorithm algorithm, int worldSize) {
        return algorithm == Algorithm.HALVING_DOUBLING ? 1 + doublings(worldSize) : 1;
    }

    private static int doublings(int worldSize) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(worldSize - 1);
    }

    /** Returns whether two ranks share a host as far as the plan makes use of that. */
    public boolean sameHost(int rank, int other) {
        Level first = levels.get(0);
        return first.sameHost()
                && order.indexOf(rank) / first.size() == order.indexOf(other) / first.size();
    }

    /** Returns whether all ranks are one ring, in their own order. */
    boolean isOneRing() {
        return levels.size() == 1 && !levels.get(0).pairwise() && inOrder(order);
    }

    private static boolean inOrder(List<Integer> ranks) {
        return IntStream.range(0, ranks.size()).allMatch(i -> ranks.get(i) == i);
    }

    /** Returns whether some levels are inside hosts and others between them. */
    public boolean crossesHosts() {
        return levels.get(0).sameHost() && levels.size() > 1;
    }

    /** Says it in words: "rings of 8 inside hosts, rings of 3, pairs among 32". */
    @Override
    public String toString() {
        return levels.stream()
                .map(
                        level ->
                                (level.pairwise() ? "pairs among " : "rings of ")
                                        + level.size()
                                        + (level.sameHost() ? " inside hosts" : ""))
                .collect(Collectors.joining(", "));
    }
}
