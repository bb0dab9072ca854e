package org.jft.cluster.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.PeerLostException;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Transport;
import org.jft.core.failure.JftException;

/**
 * A worker for tests of the launcher. Does all-reduces, and then what its arguments say: {@code
 * end}, {@code fail RANK CODE}, {@code hang RANK}, or {@code loop} until it is ended.
 */
public final class RingWorker {
    /** The variable that names what the workers talk over. */
    static final String TRANSPORT = "RING_WORKER_TRANSPORT";

    private RingWorker() {}

    public static void main(String[] arguments) throws InterruptedException {
        MemberEnvironment member = MemberEnvironment.read(System.getenv());
        ParentWatch.start(member);
        System.err.println("threads " + System.getenv("OMP_NUM_THREADS"));
        Duration timeout =
                Duration.ofSeconds(
                        List.of("hang", "loop-impatiently").contains(arguments[0]) ? 3 : 30);
        String transport = System.getenv().getOrDefault(TRANSPORT, "AUTO");
        ClusterConfig config = ClusterConfig.over(Transport.valueOf(transport), null);
        try (Collective ring = Collectives.connect(member, config, timeout, "same")) {
            int rank = ring.topology().rank();
            sum(ring, 100);
            long[] pids = ring.allGather(ProcessHandle.current().pid());
            if (rank == 0) {
                System.out.println("pids " + Arrays.toString(pids));
            }
            boolean chosen = arguments.length > 1 && Integer.parseInt(arguments[1]) == rank;
            switch (arguments[0]) {
                case "end" -> sum(ring, 10);
                case "fail" -> {
                    if (chosen) {
                        throw new UnsupportedOperationException("something is wrong");
                    }
                    sum(ring, 10);
                }
                case "hang" -> {
                    if (chosen) {
                        Thread.sleep(TimeUnit.MINUTES.toMillis(5));
                    }
                    sum(ring, 10);
                }
                case "loop", "loop-impatiently" -> sum(ring, Integer.MAX_VALUE);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
            if (rank == 0) {
                System.out.print("done, without a newline");
            }
        } catch (UnsupportedOperationException e) {
            System.err.println(e.getMessage());
            System.exit(Integer.parseInt(arguments[2]));
        } catch (PeerLostException e) {
            System.err.println(e.getMessage());
            System.exit(PeerLostException.EXIT_CODE);
        } catch (JftException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void sum(Collective ring, int rounds) {
        FloatBuffer vector =
                ByteBuffer.allocateDirect(100_003 * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        int worldSize = ring.topology().worldSize();
        for (int round = 0; round < rounds; round++) {
            vector.put(0, ring.topology().rank() + round);
            vector.put(100_002, 1);
            ring.allReduce(vector);
            if (vector.get(0) != worldSize * (round + (worldSize - 1) / 2f)) {
                throw new AssertionError("round " + round + ": " + vector.get(0));
            }
        }
    }
}
