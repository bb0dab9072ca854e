package org.jft.cluster.launch;

import com.google.common.base.Strings;
import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jft.cluster.membership.coordinator.CoordinatorNode;
import org.jft.cluster.membership.coordinator.CoordinatorSettings;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.core.cli.CommandRunner;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jft-coordinator}: one node of what keeps the members of an elastic job. */
@Command(
        name = "jft-coordinator",
        description = {
            "Keeps the members of a job whose workers come and go. One process is",
            "enough; of three, one may be lost. Workers bring the job's size along.",
            "JFT_JOB names the job, JFT_JOB_SECRET is what only its workers know."
        },
        footer = {
            "",
            "Examples:",
            "  jft-coordinator --nodes node7:29600",
            "  jft-coordinator --nodes a:29600,b:29600,c:29600 --node 1 --dir /var/tmp/job"
        })
public final class JftCoordinator implements Callable<Integer> {
    /** What a line on standard output begins with, before the id of a process that comes. */
    static final String IN = "in ";

    /** The same, of one that is out of the job. */
    static final String OUT = "out ";

    private static final long LOOK_MS = 200;

    /**
     * Generations after which the log is cut short: it grows by some 300 bytes a member in each.
     */
    private static final int SNAPSHOT_EVERY = 100;

    @Spec private CommandSpec spec;

    @Option(
            names = "--nodes",
            required = true,
            paramLabel = "HOST:PORT[,...]",
            description =
                    "Where the nodes listen, the same on all of them: UDP, this port and the 4 that follow; port 0 means any, on one node.")
    private String nodes;

    @Option(
            names = "--node",
            paramLabel = "K",
            description = "Which of the nodes this is, from 0; default 0.")
    private int node;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where the log is kept, so that this node can be killed and started again; default: in memory.")
    private Path folder;

    @Option(
            names = "--lost-after",
            paramLabel = "MS",
            description =
                    "Silence after which a worker is lost, cluster.elastic.lost_after_ms of the job; default 1500.")
    private int lostAfterMs = 1_500;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description = "End when no worker was there, or no leader, for so long; default 300.")
    private int idleSeconds = 300;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "The same, until the first worker has come; default: as --idle.")
    private Integer waitSeconds;

    @Option(
            names = "--attached",
            description =
                    "End when standard input does, and print \"in PID\" for each worker that comes and \"out PID\" for each that is out of the job: for whoever starts this as its child.")
    private boolean attached;

    private final Map<String, String> environment = System.getenv();
    private volatile boolean detached;
    private String role = "";

    public static void main(String[] arguments) {
        System.exit(CommandRunner.run(new JftCoordinator(), arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        CoordinatorSettings settings = settings();
        CoordinatorNode running = CoordinatorNode.start(settings, this::print, this::in, this::out);
        Thread hook = new Thread(running::close, "end-coordinator");
        Runtime.getRuntime().addShutdownHook(hook);
        print("listens at " + settings.self());
        if (attached) {
            watchInput();
        }
        if (!serve(running)) {
            running.close();
            throw new JftException(
                    Category.RETRY,
                    "this node heard of no leader for too long, and the job was not over: it ends%s"
                            .formatted(folder == null ? "" : " and keeps its log in " + folder));
        }
        running.end();
        return CommandRunner.DONE;
    }

    private CoordinatorSettings settings() {
        String job = Strings.nullToEmpty(environment.get(MemberEnvironment.JOB));
        if (job.isEmpty()) {
            throw new ConfigException(
                    MemberEnvironment.JOB + " is not set: all of a job have the same name there");
        }
        String secret = Strings.nullToEmpty(environment.get(MemberEnvironment.SECRET));
        try {
            return new CoordinatorSettings(
                    node,
                    addresses(),
                    JobToken.of(job, secret),
                    Duration.ofMillis(lostAfterMs),
                    Optional.ofNullable(folder));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private List<HostAndPort> addresses() {
        List<HostAndPort> all;
        try {
            all = MemberEnvironment.parseCoordinators(nodes);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nodes=%s is not host:port, or several with commas between".formatted(nodes));
        }
        if (all.size() == 1 && all.get(0).getPort() == 0) {
            String host = all.get(0).getHost();
            return List.of(HostAndPort.fromParts(host, FreePorts.base(host, 1)));
        }
        return all;
    }

    /** Returns, when nobody was there for long enough, whether the job is over. */
    private boolean serve(CoordinatorNode running) throws InterruptedException {
        Duration idle = Duration.ofSeconds(idleSeconds);
        Duration wait = waitSeconds == null ? idle : Duration.ofSeconds(waitSeconds);
        IdleWatch watch = new IdleWatch(wait, idle, System.nanoTime());
        int saved = 0;
        while (!detached && !watch.expired(System.nanoTime())) {
            if (running.failed()) {
                running.close();
                throw new JftException(Category.RETRY, "this node cannot go on, see above");
            }
            watch.look(running.inTouch(), running.empty(), System.nanoTime());
            tellRole(running);
            if (running.generation() >= saved + SNAPSHOT_EVERY) {
                saved = running.generation();
                running.snapshot();
            }
            Thread.sleep(LOOK_MS);
        }
        return detached || watch.jobIsOver();
    }

    /** Of several nodes: the loss of the one that leads costs an election. */
    private void tellRole(CoordinatorNode running) {
        String now = running.leads() ? "leads" : "follows";
        if (nodes.contains(",") && running.inTouch() && !now.equals(role)) {
            role = now;
            print(now);
        }
    }

    private void watchInput() {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                while (System.in.read() >= 0) {
                                    // Says nothing that matters.
                                }
                            } catch (IOException ignored) {
                                // Whoever held the other end is gone.
                            }
                            detached = true;
                        },
                        "input");
        thread.setDaemon(true);
        thread.start();
    }

    private void in(Standing process) {
        tell(IN, process);
    }

    private void out(Standing process) {
        tell(OUT, process);
    }

    private void tell(String word, Standing process) {
        if (attached) {
            System.out.println(word + process.pid());
        }
    }

    private void print(String sentence) {
        System.err.println("coordinator %d: %s".formatted(node, sentence));
    }
}
