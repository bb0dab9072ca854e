package org.jft.train.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;

/**
 * Names a rank that holds the others up: one that several reports in a row took much longer for a
 * step than the middle one. All ranks see the same times and so agree when to ask where it runs;
 * rank 0 says it, once until the rank has caught up.
 */
final class Stragglers {
    /** Times of the median, from which on a rank is slow. */
    private static final double FACTOR = 1.3;

    /** Reports in a row, until it is said. */
    private static final int REPORTS = 3;

    private static final int MAX_NAME = 255; // of a host, by its standard

    private final Collective collective;
    private final List<Integer> shares; // micro batches of a step, by rank
    private final String host;
    private final long every;
    private final Consumer<String> warnings;
    private final RankTimes times = new RankTimes();
    private final int[] slowReports; // by rank

    /**
     * Describes.
     *
     * @param shares micro batches that each rank adds in a step: who has more may take longer
     * @param host this rank's
     * @param every steps of a report
     */
    Stragglers(
            Collective collective,
            List<Integer> shares,
            String host,
            long every,
            Consumer<String> warnings) {
        this.collective = collective;
        this.shares = shares;
        this.host = host;
        this.every = every;
        this.warnings = warnings;
        slowReports = new int[collective.topology().worldSize()];
    }

    /** Takes in a step; called by all ranks. */
    void add(long done, List<RankReport> ranks) {
        times.add(
                IntStream.range(0, ranks.size())
                        .mapToObj(rank -> ranks.get(rank).perMicroBatch(shares.get(rank)))
                        .toList());
        if (done % every == 0) {
            double median = times.median();
            for (int rank = 0; rank < slowReports.length; rank++) {
                boolean slow = times.mean(rank) > FACTOR * median;
                slowReports[rank] = slow ? slowReports[rank] + 1 : 0;
                if (slowReports[rank] == REPORTS) {
                    warn(rank, median);
                }
            }
            times.clear();
        }
    }

    private void warn(int rank, double median) {
        String where = hostOf(rank);
        if (collective.topology().leads()) {
            warnings.accept(
                    "rank %d on %s holds the others up: it takes %.0f ms for a micro batch, the middle rank %.0f ms"
                            .formatted(rank, where, times.mean(rank), median));
        }
    }

    /** The rank itself tells all: a letter a number. */
    private String hostOf(int rank) {
        FloatBuffer letters =
                ByteBuffer.allocateDirect(MAX_NAME * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        for (int i = 0; i < Math.min(host.length(), MAX_NAME); i++) {
            letters.put(i, host.charAt(i));
        }
        collective.broadcast(letters, rank);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < MAX_NAME && letters.get(i) != 0; i++) {
            name.append((char) letters.get(i));
        }
        return name.toString();
    }
}
