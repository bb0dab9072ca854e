package org.jft.cluster.preflight;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jft.cluster.collective.Collective;

/** What ranks that have met must have in common. All ranks come to the same findings. */
public final class RankChecks {
    /** Time stamps of logs and metrics of several hosts should tell what came first. */
    private static final long CLOCK_SPREAD_MS = 1000;

    private RankChecks() {}

    /**
     * Compares all ranks; all must call it.
     *
     * @param code version of the program, as {@link CodeVersion} has it
     * @param data fingerprint of the data set
     * @param clockMs the time of day, in milliseconds
     */
    public static List<Finding> check(
            Collective ranks, String code, String data, LongSupplier clockMs) {
        List<Finding> findings = new ArrayList<>();
        if (ranks.topology().worldSize() == 1) {
            return findings;
        }
        same(
                        ranks.allGather(hash(code)),
                        "run another build than rank 0",
                        "start all workers from the same image or jars")
                .ifPresent(findings::add);
        same(
                        ranks.allGather(hash(data)),
                        "read another data set than rank 0",
                        "give all hosts the same files at data.train")
                .ifPresent(findings::add);
        clocks(ranks, clockMs).ifPresent(findings::add);
        return findings;
    }

    /**
     * Compares the clocks of all ranks; all must call it.
     *
     * @param clockMs the time of day, in milliseconds
     */
    public static Optional<Finding> clocks(Collective ranks, LongSupplier clockMs) {
        ranks.barrier(); // so that all look at their clocks within milliseconds
        return clocks(ranks.allGather(clockMs.getAsLong()));
    }

    /** Finds the ranks whose value is not rank 0's. */
    static Optional<Finding> same(long[] byRank, String what, String fix) {
        List<String> others = new ArrayList<>();
        for (int rank = 1; rank < byRank.length; rank++) {
            if (byRank[rank] != byRank[0]) {
                others.add(Integer.toString(rank));
            }
        }
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Finding.failure("ranks %s %s: %s", String.join(", ", others), what, fix));
    }

    /** Finds clocks that are apart. */
    static Optional<Finding> clocks(long[] msByRank) {
        int earliest = 0;
        int latest = 0;
        for (int rank = 1; rank < msByRank.length; rank++) {
            earliest = msByRank[rank] < msByRank[earliest] ? rank : earliest;
            latest = msByRank[rank] > msByRank[latest] ? rank : latest;
        }
        long spread = msByRank[latest] - msByRank[earliest];
        return spread <= CLOCK_SPREAD_MS
                ? Optional.empty()
                : Optional.of(
                        Finding.warning(
                                "the clock of rank %d is %.1f s ahead of rank %d's: let chrony or ntpd set the hosts' clocks",
                                latest, spread / 1000.0, earliest));
    }

    private static long hash(String text) {
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asLong();
    }
}
