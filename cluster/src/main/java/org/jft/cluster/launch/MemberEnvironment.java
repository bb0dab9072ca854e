package org.jft.cluster.launch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.net.HostAndPort;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jft.core.failure.ConfigException;
import org.jft.core.topology.Topology;

/**
 * Who this process is, as its environment tells. Our own variables first, then those of torchrun,
 * Slurm and Kubernetes Indexed Jobs; the first pair whose rank is set decides. With none set this
 * is the only worker.
 *
 * <pre>
 *   rank                   of                  set by
 *   JFT_RANK               JFT_WORLD_SIZE      our launcher, or you
 *   RANK                   WORLD_SIZE          torchrun
 *   SLURM_PROCID           SLURM_NTASKS        srun
 *   JOB_COMPLETION_INDEX   JFT_WORLD_SIZE      Kubernetes Indexed Job, and you
 * </pre>
 *
 * @param topology rank and world size
 * @param localRank which of the workers of this host this is: JFT_LOCAL_RANK, LOCAL_RANK or
 *     SLURM_LOCALID; when none is set, 0 for a Kubernetes pod and else the rank
 * @param job what the ranks of one job share and no other job has: JFT_JOB, TORCHELASTIC_RUN_ID or
 *     SLURM_JOB_ID
 * @param aeronDirectory of the media driver that the workers of this host share: JFT_AERON_DIR
 * @param launcherPid of the process whose end ends this worker: JFT_LAUNCHER_PID
 * @param master where rank 0 listens and the ranks of several hosts meet: MASTER_ADDR and
 *     MASTER_PORT, as torchrun sets them
 * @param coordinators where the nodes listen that keep the members of an elastic job:
 *     JFT_COORDINATORS, host:port, several with commas between
 * @param secret what the workers of this job know and nobody else: JFT_JOB_SECRET
 */
public record MemberEnvironment(
        Topology topology,
        int localRank,
        Optional<String> job,
        Optional<Path> aeronDirectory,
        OptionalLong launcherPid,
        Optional<InetSocketAddress> master,
        List<HostAndPort> coordinators,
        Optional<String> secret) {
    static final String RANK = "JFT_RANK";
    static final String WORLD_SIZE = "JFT_WORLD_SIZE";
    static final String LOCAL_RANK = "JFT_LOCAL_RANK";
    static final String JOB = "JFT_JOB";
    static final String AERON_DIR = "JFT_AERON_DIR";
    static final String LAUNCHER_PID = "JFT_LAUNCHER_PID";
    static final String MASTER_ADDRESS = "MASTER_ADDR";
    static final String MASTER_PORT = "MASTER_PORT";
    static final String COORDINATORS = "JFT_COORDINATORS";
    static final String SECRET = "JFT_JOB_SECRET";

    private static final String POD_INDEX = "JOB_COMPLETION_INDEX";

    private record Pair(String rank, String worldSize) {}

    private static final List<Pair> PAIRS =
            List.of(
                    new Pair(RANK, WORLD_SIZE),
                    new Pair("RANK", "WORLD_SIZE"),
                    new Pair("SLURM_PROCID", "SLURM_NTASKS"),
                    new Pair(POD_INDEX, WORLD_SIZE));

    private static final List<String> LOCAL_RANKS =
            List.of(LOCAL_RANK, "LOCAL_RANK", "SLURM_LOCALID");

    private static final List<String> JOBS = List.of(JOB, "TORCHELASTIC_RUN_ID", "SLURM_JOB_ID");

    /**
     * Reads an environment, usually {@code System.getenv()}. Empty variables count as unset.
     *
     * @throws ConfigException that names the variable which does not fit
     */
    public static MemberEnvironment read(Map<String, String> environment) {
        Optional<Pair> pair =
                PAIRS.stream().filter(each -> isSet(environment, each.rank())).findFirst();
        Topology topology = topology(environment, pair);
        boolean pod = pair.isPresent() && pair.get().rank().equals(POD_INDEX);
        int localRank =
                LOCAL_RANKS.stream()
                        .filter(name -> isSet(environment, name))
                        .findFirst()
                        .map(name -> (int) number(environment, name, 0, Integer.MAX_VALUE))
                        .orElse(pod ? 0 : topology.rank());
        return new MemberEnvironment(
                topology,
                localRank,
                JOBS.stream().flatMap(name -> value(environment, name).stream()).findFirst(),
                value(environment, AERON_DIR).map(Path::of),
                isSet(environment, LAUNCHER_PID)
                        ? OptionalLong.of(number(environment, LAUNCHER_PID, 1, Long.MAX_VALUE))
                        : OptionalLong.empty(),
                master(environment),
                coordinators(environment),
                value(environment, SECRET));
    }

    /** Returns what this worker is called as long as the job lasts, whatever its rank becomes. */
    public String name() {
        return "worker " + topology.rank();
    }

    /** Returns what only this job is called: where its workers meet, unless it has a name. */
    public Optional<String> jobName() {
        return job.or(() -> master.map(at -> at.getHostString() + ":" + at.getPort()));
    }

    /** Returns this with coordinators that its environment does not name. */
    MemberEnvironment withCoordinators(List<HostAndPort> found) {
        return new MemberEnvironment(
                topology, localRank, job, aeronDirectory, launcherPid, master, found, secret);
    }

    /** Names no secret. */
    @Override
    public String toString() {
        return "rank %d of %d, job %s"
                .formatted(topology.rank(), topology.worldSize(), job.orElse("without a name"));
    }

    private static Optional<InetSocketAddress> master(Map<String, String> environment) {
        if (isSet(environment, MASTER_ADDRESS) != isSet(environment, MASTER_PORT)) {
            throw new ConfigException(
                    "of %s and %s only one is set".formatted(MASTER_ADDRESS, MASTER_PORT));
        }
        // Resolved later, and again and again: a host may get its name after this process started.
        return value(environment, MASTER_ADDRESS)
                .map(
                        host ->
                                InetSocketAddress.createUnresolved(
                                        host, (int) number(environment, MASTER_PORT, 1, 65_535)));
    }

    private static List<HostAndPort> coordinators(Map<String, String> environment) {
        String text = environment.getOrDefault(COORDINATORS, "");
        try {
            return parseCoordinators(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "%s=%s is not host:port, or several with commas between"
                            .formatted(COORDINATORS, text));
        }
    }

    /**
     * Reads {@code host:port[,host:port...]}.
     *
     * @throws IllegalArgumentException when a port is missing
     */
    static List<HostAndPort> parseCoordinators(String text) {
        List<HostAndPort> coordinators = new ArrayList<>();
        for (String each : Splitter.on(',').trimResults().omitEmptyStrings().split(text)) {
            HostAndPort address = HostAndPort.fromString(each);
            checkArgument(address.hasPort() && !address.getHost().isEmpty(), "%s", each);
            coordinators.add(address);
        }
        return List.copyOf(coordinators);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(Strings.emptyToNull(environment.get(name)));
    }

    private static Topology topology(Map<String, String> environment, Optional<Pair> set) {
        if (set.isPresent()) {
            Pair pair = set.get();
            if (!isSet(environment, pair.worldSize())) {
                throw new ConfigException(
                        "%s is set but %s is not".formatted(pair.rank(), pair.worldSize()));
            }
            int worldSize = (int) number(environment, pair.worldSize(), 1, Integer.MAX_VALUE);
            return new Topology(
                    (int) number(environment, pair.rank(), 0, worldSize - 1), worldSize);
        }
        if (isSet(environment, WORLD_SIZE) && !environment.get(WORLD_SIZE).equals("1")) {
            throw new ConfigException(
                    "%s is set but neither %s nor %s is".formatted(WORLD_SIZE, RANK, POD_INDEX));
        }
        return Topology.SOLO;
    }

    private static boolean isSet(Map<String, String> environment, String name) {
        return !Strings.isNullOrEmpty(environment.get(name));
    }

    private static long number(
            Map<String, String> environment, String name, long least, long most) {
        String text = environment.get(name);
        try {
            long value = Long.parseLong(text);
            if (least <= value && value <= most) {
                return value;
            }
        } catch (NumberFormatException ignored) {
            // Said below, with the name of the variable.
        }
        throw new ConfigException(
                "%s=%s is not a number from %d to %d".formatted(name, text, least, most));
    }
}
