package org.jft.hosts;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Collectives;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Algorithm;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.topology.Topology;

/**
 * One rank that sums a vector again and again over each of some transports; the environment says
 * which rank it is. Arguments: floats, rounds, the algorithm, and the transports.
 */
public final class ExchangeWorker {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int HOPS_MEASURED = 30;
    private static final String JOB = "JFT_JOB";

    private ExchangeWorker() {}

    public static void main(String[] arguments) {
        int length = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        Algorithm algorithm = Algorithm.valueOf(arguments[2]);
        for (String name : Arrays.asList(arguments).subList(3, arguments.length)) {
            Transport transport = Transport.valueOf(name.toUpperCase(Locale.ROOT));
            try (Collective ranks = connect(transport, algorithm)) {
                ExchangeTimes times = measure(name, ranks, length, rounds);
                if (ranks.topology().leads()) {
                    System.out.println(times.toJson());
                }
                ranks.barrier();
            }
        }
    }

    /** Returns what a rank adds: values of many magnitudes, so that the order of sums shows. */
    public static FloatBuffer input(int rank, int length) {
        Random random = new Random(rank);
        FloatBuffer values = allocate(length).asFloatBuffer();
        for (int i = 0; i < length; i++) {
            values.put(i, Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12)));
        }
        return values;
    }

    /** Returns the hash of a sum. */
    public static String sha256(ByteBuffer sum) {
        return hash(sum).toString();
    }

    private static HashCode hash(ByteBuffer sum) {
        return Hashing.sha256().hashBytes(sum.duplicate().clear());
    }

    /** Returns memory for a vector. */
    public static ByteBuffer allocate(int length) {
        return ByteBuffer.allocateDirect(length * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private static Collective connect(Transport transport, Algorithm algorithm) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.merge(JOB, transport.name(), (job, suffix) -> job + "-" + suffix);
        ClusterConfig config =
                new ClusterConfig(
                        null, null, 0, transport, null, 0, null, false, null, algorithm, null);
        return Collectives.connect(
                MemberEnvironment.read(environment), config, TIMEOUT, "exchange");
    }

    private static ExchangeTimes measure(
            String transport, Collective ranks, int length, int rounds) {
        Topology at = ranks.topology();
        FloatBuffer source = input(at.rank(), length);
        ByteBuffer bytes = allocate(length);
        FloatBuffer sum = bytes.asFloatBuffer();
        ranks.allReduce(source, sum); // warms up
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            seconds.add(slowest(ranks, () -> ranks.allReduce(source, sum)));
        }
        HashCode hash = hash(bytes);
        for (long other : ranks.allGather(hash.asLong())) {
            if (other != hash.asLong()) {
                throw new AssertionError("rank %d has other bits".formatted(at.rank()));
            }
        }
        return new ExchangeTimes(transport, hash.toString(), hop(ranks), seconds);
    }

    private static double hop(Collective ranks) {
        double[] seconds = new double[HOPS_MEASURED];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = slowest(ranks, ranks::barrier);
        }
        Arrays.sort(seconds);
        return seconds[seconds.length / 2] / (ranks.topology().worldSize() - 1);
    }

    private static double slowest(Collective ranks, Runnable operation) {
        ranks.barrier();
        long startNs = System.nanoTime();
        operation.run();
        long passedNs = System.nanoTime() - startNs;
        return Arrays.stream(ranks.allGather(passedNs)).max().orElseThrow() / 1e9;
    }
}
