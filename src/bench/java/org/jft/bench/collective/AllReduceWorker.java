package org.jft.bench.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.launch.ParentWatch;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The main class of a process that takes part; {@link AllReduceBench} starts it. */
@Command(name = "jft-bench-worker", description = "One rank of an all-reduce bench.")
final class AllReduceWorker implements Runnable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int WARM_UP_ROUNDS = 3;
    private static final int VALUES = 1000; // small whole numbers: every sum is exact
    private static final String JOB = "JFT_JOB";

    @Parameters(description = "The file that rank 0 leaves the rates in.")
    private Path results;

    @Parameters(description = "Floats in the vector.")
    private int count;

    @Parameters(description = "Rounds that are timed.")
    private int rounds;

    @Parameters(description = "Streams to a neighbour.")
    private int streams;

    @Parameters(description = "What ours runs over.")
    private List<Transport> transports;

    private final AllReduceRates rates = new AllReduceRates();
    private Collective referee;
    private ByteBuffer vector;
    private FloatBuffer floats; // the same memory
    private ByteBuffer target; // of a copy

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new AllReduceWorker(), args));
    }

    @Override
    public void run() {
        ParentWatch.start(MemberEnvironment.read(System.getenv()));
        vector = allocate();
        floats = vector.asFloatBuffer();
        target = allocate();
        try (Collective job = connect(Transport.IPC, "referee")) {
            referee = job;
            Path store = results.resolveSibling(results.getFileName() + ".gloo");
            try (GlooSum gloo = new GlooSum(job.topology(), store, floats)) {
                for (Transport transport : transports) {
                    // One after the other: an idle driver of UDP would take time from the rest.
                    try (Collective ring = connect(transport, transport.name())) {
                        measure(transport.name().toLowerCase(Locale.ROOT), ring, gloo);
                    }
                }
                job.barrier();
            }
            if (job.topology().leads()) {
                rates.write(results);
            }
        }
    }

    /** Each ring is a job of its own beside the referee's. */
    private Collective connect(Transport transport, String name) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.merge(JOB, name, (job, suffix) -> job + "-" + suffix);
        return Collectives.connect(
                MemberEnvironment.read(environment),
                ClusterConfig.over(transport, null).withStreams(streams(transport, streams)),
                TIMEOUT,
                "bench");
    }

    /** Returns the streams to a neighbour: shared memory is one. */
    static int streams(Transport transport, int asked) {
        return transport == Transport.IPC ? 1 : asked;
    }

    private void measure(String transport, Collective ring, GlooSum gloo) {
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            double ringRate = busGigabytes(() -> ring.allReduce(floats));
            double glooRate = busGigabytes(gloo::allReduce);
            double copyRate = referee.topology().leads() ? copyGigabytes() : 0;
            referee.barrier(); // the others have waited
            if (round >= 0) {
                rates.add(transport, ringRate);
                rates.addPeer(transport, AllReduceRates.GLOO, glooRate);
                rates.addPeer(transport, AllReduceRates.MEMCPY, copyRate);
            }
        }
    }

    /** Sums a fresh vector, checks the sum, returns the bandwidth by the slowest rank's time. */
    private double busGigabytes(Runnable sum) {
        Topology at = referee.topology();
        fill(at.rank());
        referee.barrier();
        long startNs = System.nanoTime();
        sum.run();
        long passedNs = System.nanoTime() - startNs;
        check(at);
        long slowestNs = Arrays.stream(referee.allGather(passedNs)).max().orElseThrow();
        double share = 2.0 * (at.worldSize() - 1) / at.worldSize();
        return share * vector.capacity() / slowestNs;
    }

    private double copyGigabytes() {
        long startNs = System.nanoTime();
        target.put(0, vector, 0, vector.capacity());
        return (double) vector.capacity() / (System.nanoTime() - startNs);
    }

    private void fill(int rank) {
        for (int i = 0; i < count; i++) {
            floats.put(i, (i + rank) % VALUES);
        }
    }

    private void check(Topology at) {
        for (int i = 0; i < count; i++) {
            float expected = 0;
            for (int rank = 0; rank < at.worldSize(); rank++) {
                expected += (i + rank) % VALUES;
            }
            if (floats.get(i) != expected) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "rank %d: element %d is %s, the sum is %s"
                                .formatted(at.rank(), i, floats.get(i), expected));
            }
        }
    }

    private ByteBuffer allocate() {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    }
}
