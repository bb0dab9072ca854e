package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ClusterConfig.Algorithm;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;
import org.jft.endtoend.Command.Result;
import org.jft.hosts.ExchangeTimes;
import org.jft.hosts.ExchangeWorker;
import org.jft.hosts.LinkSpeed;
import org.jft.hosts.NamespaceHosts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers on hosts that have a network between them: namespaces with links of 1 Gb/s. Whatever the
 * network does, sums have the bits they have in memory. How fast they are is a benchmark's matter.
 */
class NamespaceTest {
    private static final int HOSTS = 4;
    private static final int FLOATS = 1_000_003;
    private static final int STEPS = 1_000; // about as many come to be trained
    private static final double LOSS = 0.001;
    private static final LinkSpeed LINK =
            LinkSpeed.of(1, 1500).withDelay(Duration.ofNanos(200_000));

    private static final Pattern ALL_AGAIN =
            Pattern.compile("generation [1-9]\\d*: worker 0, worker 1, worker 2, worker 3");

    @TempDir static Path folder;

    @BeforeAll
    static void lookWhetherThereCanBeHosts() {
        Optional<String> obstacle = NamespaceHosts.obstacle(LINK.withLoss(LOSS));
        assumeTrue(obstacle.isEmpty(), () -> "skipped: " + obstacle.orElseThrow());
    }

    @Test
    void shouldSumWithTheSameBitsOverPacketsOf1500Bytes() {
        sumsOnFourHosts(LINK);
    }

    @Test
    void shouldSumWithTheSameBitsOverJumboFramesThatGetLost() {
        sumsOnFourHosts(new LinkSpeed(1, LINK.delay(), LOSS, 9000));
    }

    private static void sumsOnFourHosts(LinkSpeed link) {
        try (NamespaceHosts hosts = NamespaceHosts.create(HOSTS, link)) {
            requireSums(hosts, 1, Algorithm.AUTO, Plan.ring(HOSTS));
        }
    }

    @Test
    void shouldSumInsideHostsFirstWhenAskedTo() {
        try (NamespaceHosts hosts = NamespaceHosts.create(2, LINK)) {
            Plan plan = Plan.of(Algorithm.HIERARCHICAL, List.of("a", "a", "b", "b"));
            requireSums(hosts, 2, Algorithm.HIERARCHICAL, plan);
        }
    }

    /** The others go on; who was cut off finds that out, ends, and comes back as a newcomer. */
    @Test
    void shouldTrainOnWithoutAHostThatIsCutOffForTenSecondsAndTakeItBack() {
        SyntheticSet.make(folder);
        Runs runs = new Runs(folder);
        List<String> settings = new ArrayList<>(Runs.settings(STEPS));
        settings.add("train.steps=1000000"); // as long as it takes
        HostedJob.Size size = new HostedJob.Size(HOSTS, HOSTS, 1);
        try (NamespaceHosts hosts = NamespaceHosts.create(size.hosts(), LINK.withLoss(LOSS));
                HostedJob job =
                        HostedJob.start(folder, "cut", size, settings, Optional.of(hosts))) {
            job.await("20 steps", () -> runs.lastStep("cut") >= 20);
            long cutNs = System.nanoTime();
            job.cutOff(3);
            job.await("the others to know", () -> job.said().contains("; gone: worker 3 "));
            double knownSeconds = (System.nanoTime() - cutNs) / 1e9;
            System.out.printf("cut off: the others met without it after %.2f s%n", knownSeconds);
            assertThat(knownSeconds).isLessThan(4.5); // 2 when nothing else runs
            long without = runs.lastStep("cut");
            Command alone = Runs.start(folder, "alone", settings); // for comparison
            try {
                job.await("10 s", () -> System.nanoTime() - cutNs > 10_000_000_000L);
                assertThat(runs.lastStep("cut")).isGreaterThan(without + 20);
                requireComeBack(job);
                long end = 100 * (runs.lastStep("cut") / 100 + 2); // of a checkpoint
                job.await("step " + end, () -> runs.lastStep("cut") > end);
                List<Long> steps = runs.steps("cut");
                assertThat(steps).isEqualTo(Runs.everyStep(steps.size()));
                runs.awaitSteps(alone, "alone", end + 1);
                assertThat(runs.distance("cut", "alone", end)).isLessThan(Runs.BOUND);
            } finally {
                alone.killAll();
            }
        }
    }

    private static void requireComeBack(HostedJob job) {
        job.plugIn(3);
        job.await("worker 3 as a newcomer", () -> ALL_AGAIN.matcher(job.said()).find());
        assertThat(job.said()).contains("the job has gone on without worker 3");
    }

    /** Sums over TCP and over UDP and compares with a sum in memory. */
    private static void requireSums(
            NamespaceHosts hosts, int perHost, Algorithm algorithm, Plan plan) {
        int workers = plan.order().size();
        List<Result> results =
                onAll(
                        hosts,
                        workers,
                        perHost,
                        ExchangeWorker.class,
                        "" + FLOATS,
                        "2",
                        algorithm.name(),
                        "tcp",
                        "udp");
        assertThat(results).allMatch(result -> result.exitCode() == 0, results.toString());
        String expected = sumInMemory(plan);
        List<ExchangeTimes> sums = results.get(0).out().lines().map(ExchangeTimes::parse).toList();
        assertThat(sums).extracting(ExchangeTimes::transport).containsExactly("tcp", "udp");
        assertThat(sums).extracting(ExchangeTimes::sha256).containsOnly(expected);
    }

    /** Runs a command as every rank, each host's ranks one after the other. */
    private static List<Result> onAll(
            NamespaceHosts hosts, int workers, int perHost, Class<?> main, String... arguments) {
        List<Command> commands = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            int host = rank / perHost;
            Map<String, String> member =
                    Map.of(
                            "RANK", String.valueOf(rank),
                            "LOCAL_RANK", String.valueOf(rank % perHost),
                            "WORLD_SIZE", String.valueOf(workers),
                            "MASTER_ADDR", hosts.address(0),
                            "MASTER_PORT", "29500",
                            "JFT_JOB", "namespaces");
            commands.add(
                    Command.start(line -> hosts.on(host, line), main, folder, member, arguments));
        }
        return commands.stream().map(Command::await).toList();
    }

    private static String sumInMemory(Plan plan) {
        int workers = plan.order().size();
        InMemoryNetwork network = new InMemoryNetwork(1 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<String>> hashes =
                    IntStream.range(0, workers)
                            .mapToObj(rank -> threads.submit(() -> sum(network, plan, rank)))
                            .toList();
            return hashes.get(0).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            threads.shutdown();
        }
    }

    private static String sum(InMemoryNetwork network, Plan plan, int rank) {
        Topology at = new Topology(rank, plan.order().size());
        try (Collective ranks =
                Collective.over(
                        network.transport(rank),
                        at,
                        plan,
                        JobToken.of("memory"),
                        Wire.FLOAT32,
                        Duration.ofSeconds(60))) {
            FloatBuffer source = ExchangeWorker.input(rank, FLOATS);
            ByteBuffer sum = ExchangeWorker.allocate(FLOATS);
            ranks.allReduce(source, sum.asFloatBuffer());
            ranks.barrier();
            return ExchangeWorker.sha256(sum);
        }
    }
}
