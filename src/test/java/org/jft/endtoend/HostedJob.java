package org.jft.endtoend;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jft.cluster.launch.JftCoordinator;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.membership.coordinator.FreePorts;
import org.jft.hosts.NamespaceHosts;
import org.jft.train.cli.JftTrain;
import org.jft.train.loop.LeftEarlyException;

/**
 * A job on several hosts, whose workers and coordinators are started again when they were killed or
 * given up, as Kubernetes would; who was told to leave stays away. Each has a host of its own, or
 * all have this machine, where nobody can be cut off.
 */
final class HostedJob implements ElasticJob {
    /** How many workers begin, how many there are hosts for, and how many nodes coordinate. */
    record Size(int workers, int maxWorkers, int coordinators) {
        int hosts() {
            return maxWorkers + coordinators;
        }
    }

    private static final int KILLED = 128 + 9;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int LOST_AFTER_MS = 1_500;
    private static final int PORTS_PER_NODE = 5;
    private static final String HERE = "127.0.0.1";

    private final Path folder;
    private final String run;
    private final Size size;
    private final List<String> settings;
    private final Optional<NamespaceHosts> hosts;
    private final String coordinators;
    private final List<Command> nodes = new ArrayList<>();
    private final Map<Integer, Command> workers = new TreeMap<>(); // that are to run
    private final Map<Integer, Integer> hostOf = new TreeMap<>();
    private final List<Command> all = new ArrayList<>();
    private boolean complete;

    private HostedJob(
            Path folder,
            String run,
            Size size,
            List<String> settings,
            Optional<NamespaceHosts> hosts) {
        this.folder = folder;
        this.run = run;
        this.size = size;
        this.settings = settings;
        this.hosts = hosts;
        int base = FreePorts.base(HERE, size.coordinators());
        coordinators =
                IntStream.range(0, size.coordinators())
                        .mapToObj(
                                node ->
                                        address(size.maxWorkers() + node)
                                                + ":"
                                                + (base + PORTS_PER_NODE * node))
                        .collect(joining(","));
    }

    /**
     * Starts a job.
     *
     * @param folder with {@code tiny.yaml}
     * @param settings of the run, but for its cluster
     * @param hosts {@link Size#hosts}, the workers' first; the caller's
     */
    static HostedJob start(
            Path folder,
            String run,
            Size size,
            List<String> settings,
            Optional<NamespaceHosts> hosts) {
        HostedJob job = new HostedJob(folder, run, size, settings, hosts);
        for (int node = 0; node < size.coordinators(); node++) {
            job.nodes.add(job.startNode(node));
        }
        for (int worker = 0; worker < size.workers(); worker++) {
            job.join(worker);
        }
        return job;
    }

    private Command startNode(int node) {
        Command started =
                Command.start(
                        line -> on(size.maxWorkers() + node, line),
                        JftCoordinator.class,
                        folder,
                        environment(Map.of()),
                        "--nodes",
                        coordinators,
                        "--node",
                        String.valueOf(node),
                        "--dir",
                        run + "-coordinator-" + node,
                        "--lost-after",
                        String.valueOf(LOST_AFTER_MS));
        all.add(started);
        return started;
    }

    private Command startWorker(int worker) {
        Map<String, String> environment =
                environment(
                        Map.of(
                                "JFT_RANK",
                                String.valueOf(worker),
                                "JFT_LOCAL_RANK",
                                hosts.isPresent() ? "0" : String.valueOf(worker),
                                "JFT_WORLD_SIZE",
                                String.valueOf(worker + 1),
                                "JFT_COORDINATORS",
                                coordinators));
        List<String> arguments = new ArrayList<>(List.of("--config", "tiny.yaml", "--out", run));
        List<String> each = new ArrayList<>(settings);
        each.add(
                "cluster={workers: %d, transport: tcp, timeout_seconds: 30, elastic: {min_workers: 1, max_workers: %d, lost_after_ms: %d}}"
                        .formatted(size.workers(), size.maxWorkers(), LOST_AFTER_MS));
        each.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        Command started =
                Command.start(
                        line -> on(hostOf.get(worker), line),
                        JftTrain.class,
                        folder,
                        environment,
                        arguments.toArray(String[]::new));
        all.add(started);
        return started;
    }

    private Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new TreeMap<>(Command.QUICK);
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("JFT_JOB", run);
        environment.putAll(more);
        return environment;
    }

    private String address(int host) {
        return hosts.map(each -> each.address(host)).orElse(HERE);
    }

    private List<String> on(int host, List<String> line) {
        return hosts.map(each -> each.on(host, line)).orElse(line);
    }

    @Override
    public boolean runs() {
        for (int node = 0; node < nodes.size(); node++) {
            if (!nodes.get(node).runs()) {
                nodes.set(node, startNode(node));
            }
        }
        List.copyOf(workers.keySet()).forEach(this::tend);
        return !complete;
    }

    private void tend(int worker) {
        Command command = workers.get(worker);
        if (command.runs()) {
            return;
        }
        workers.remove(worker);
        switch (command.exitCode()) {
            case 0 -> complete = true;
            case LeftEarlyException.EXIT_CODE -> hostOf.remove(worker);
            case KILLED, ExpelledException.EXIT_CODE -> {
                if (!complete) {
                    workers.put(worker, startWorker(worker));
                }
            }
            default ->
                    throw new AssertionError(
                            "worker %d ended with code %d:%n%s"
                                    .formatted(worker, command.exitCode(), said()));
        }
    }

    @Override
    public Map<Integer, ProcessHandle> workers() {
        Map<Integer, ProcessHandle> alive = new TreeMap<>();
        workers.forEach(
                (number, command) -> {
                    if (command.runs()) {
                        alive.put(number, command.handle());
                    }
                });
        return alive;
    }

    @Override
    public boolean leave(int worker) {
        return workers.get(worker).handle().destroy();
    }

    @Override
    public boolean join(int worker) {
        Set<Integer> taken = Set.copyOf(hostOf.values());
        Optional<Integer> free =
                IntStream.range(0, size.maxWorkers())
                        .boxed()
                        .filter(host -> !taken.contains(host))
                        .findFirst();
        free.ifPresent(
                host -> {
                    hostOf.put(worker, host);
                    workers.put(worker, startWorker(worker));
                });
        return free.isPresent();
    }

    /** One at a time: the others have caught up since they were started again. */
    @Override
    public boolean killCoordinator() {
        if (!allInTouch()) {
            return false;
        }
        return nodes.stream()
                .filter(node -> role(node).equals("leads"))
                .findFirst()
                .map(node -> node.handle().destroyForcibly())
                .orElse(false);
    }

    /** Returns whether all nodes of the coordinator run, and lead or follow. */
    private boolean allInTouch() {
        return nodes.stream().allMatch(node -> node.runs() && !role(node).isEmpty());
    }

    /** Returns what a node has said last of its role; nothing before it has one. */
    private static String role(Command node) {
        String last = "";
        for (String line : node.errSoFar().lines().toList()) {
            if (line.endsWith(": leads") || line.endsWith(": follows")) {
                last = line.substring(line.lastIndexOf(' ') + 1);
            }
        }
        return last;
    }

    @Override
    public boolean cutOff(int worker) {
        hosts.ifPresent(each -> each.cut(hostOf.get(worker)));
        return hosts.isPresent();
    }

    @Override
    public void plugIn(int worker) {
        hosts.orElseThrow().restore(hostOf.get(worker));
    }

    /** Waits until something holds, and keeps the job going meanwhile. */
    void await(String what, BooleanSupplier condition) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            runs();
            if (System.nanoTime() - startNs > PATIENCE.toNanos()) {
                throw new AssertionError(
                        "waited %d s for %s:%n%s".formatted(PATIENCE.toSeconds(), what, said()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public void awaitEnd() {
        await("its end", () -> !runs() && workers.isEmpty());
        if (size.coordinators() > 1) { // one alone says nothing of its role
            await("coordinators that were killed to catch up", this::allInTouch);
        }
    }

    @Override
    public String said() {
        return all.stream().map(Command::errSoFar).collect(joining());
    }

    @Override
    public void close() {
        all.stream().filter(Command::runs).forEach(Command::killAll);
    }
}
