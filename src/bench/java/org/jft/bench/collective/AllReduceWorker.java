package org.jft.bench.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.launch.ParentWatch;
import org.jft.core.cli.CommandRunner;
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

    private interface Sum {
        void run() throws IOException;
    }

    @Parameters(description = "The file that rank 0 leaves the rates in.")
    private Path results;

    @Parameters(description = "Size of the vector.")
    private int mebibytes;

    @Parameters(description = "Rounds that are timed.")
    private int rounds;

    private Collective ring;
    private ByteBuffer vector;
    private FloatBuffer floats; // the same memory

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new AllReduceWorker(), args));
    }

    @Override
    public void run() {
        MemberEnvironment member = MemberEnvironment.read(System.getenv());
        ParentWatch.start(member);
        vector = allocate();
        floats = vector.asFloatBuffer();
        try (Collective job = Collectives.connect(member, TIMEOUT, "bench")) {
            ring = job;
            try (TcpRing tcp = TcpRing.connect(job, TIMEOUT)) {
                measure(tcp);
            } catch (IOException e) {
                throw new JftException(
                        Category.ABORT_RUN,
                        "rank %d: the TCP ring broke: %s"
                                .formatted(job.topology().rank(), e.getMessage()),
                        e);
            }
        }
    }

    private void measure(TcpRing tcp) throws IOException {
        List<Double> ours = new ArrayList<>();
        List<Double> peer = new ArrayList<>();
        List<Double> copy = new ArrayList<>();
        ByteBuffer target = allocate();
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            double ringRate = busGigabytes(() -> ring.allReduce(floats));
            double tcpRate = busGigabytes(() -> tcp.allReduce(vector));
            double copyRate = ring.topology().leads() ? copyGigabytes(target) : 0;
            ring.barrier(); // the others have waited
            if (round >= 0) {
                ours.add(ringRate);
                peer.add(tcpRate);
                copy.add(copyRate);
            }
        }
        if (ring.topology().leads()) {
            new AllReduceRates(ours, peer, copy).write(results);
        }
    }

    /** Sums a fresh vector, checks the sum, returns the bandwidth by the slowest rank's time. */
    private double busGigabytes(Sum sum) throws IOException {
        Topology at = ring.topology();
        fill(at.rank());
        ring.barrier();
        long startNs = System.nanoTime();
        sum.run();
        long passedNs = System.nanoTime() - startNs;
        check(at);
        long slowestNs = Arrays.stream(ring.allGather(passedNs)).max().orElseThrow();
        double share = 2.0 * (at.worldSize() - 1) / at.worldSize();
        return share * vector.capacity() / slowestNs;
    }

    private double copyGigabytes(ByteBuffer target) {
        long startNs = System.nanoTime();
        target.put(0, vector, 0, vector.capacity());
        return (double) vector.capacity() / (System.nanoTime() - startNs);
    }

    private void fill(int rank) {
        for (int i = 0; i < floats.capacity(); i++) {
            floats.put(i, (i + rank) % VALUES);
        }
    }

    private void check(Topology at) {
        for (int i = 0; i < floats.capacity(); i++) {
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
        return ByteBuffer.allocateDirect(mebibytes << 20).order(ByteOrder.nativeOrder());
    }
}
