package org.jft.train.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.launch.LocalLauncher;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.preflight.CodeVersion;
import org.jft.cluster.preflight.Finding;
import org.jft.cluster.preflight.HostChecks;
import org.jft.cluster.preflight.HostProbe;
import org.jft.cluster.preflight.RankChecks;
import org.jft.cluster.transport.IpcSettings;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.UdpSettings;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.RunConfig;
import org.jft.train.optimizer.Optimizer;

/** What is looked at before a run begins, when it still costs nothing to stop. */
public final class Preflight {
    private Preflight() {}

    /**
     * Looks at this host, as the first worker on it or as the launcher of all.
     *
     * @param patience until the host of rank 0, or of a coordinator, has an address
     */
    public static List<Finding> host(
            RunConfig config, Map<String, String> environment, Duration patience) {
        ClusterConfig cluster = config.cluster();
        MemberEnvironment member = MemberEnvironment.read(environment);
        int joined = member.topology().worldSize();
        int workers = joined > 1 ? joined : cluster.workers();
        int most = Math.max(workers, cluster.maxWorkers());
        return HostChecks.check(
                HostProbe.probe(member.coordinators(), member.master(), patience),
                most,
                sharedMemory(cluster, member, most));
    }

    /**
     * Returns what this host's first worker takes, or the launcher of all.
     *
     * @param most workers of the job
     */
    static long sharedMemory(ClusterConfig cluster, MemberEnvironment member, int most) {
        if (most == 1 || member.aeronDirectory().isPresent()) {
            return 0; // nothing to exchange, or taken by whoever hosts the media driver
        }
        // Of a coordinator, or of a member's way to it.
        long control = cluster.changes() ? MediaDriverHost.CONTROL_BYTES : 0;
        boolean joins = member.topology().worldSize() > 1 || !member.coordinators().isEmpty();
        if (!joins) {
            return control + IpcSettings.DEFAULT.bytesNeeded(LocalLauncher.streams(cluster));
        }
        boolean tcp = cluster.transport() == ClusterConfig.Transport.TCP;
        return control
                + (tcp
                        ? 0
                        : cluster.streams()
                                * UdpSettings.DEFAULT.bytesNeeded(
                                        Plan.streams(cluster.algorithm(), most)));
    }

    /**
     * Looks at the room for checkpoints.
     *
     * @param parameters values that a checkpoint keeps besides the optimizer's
     */
    public static List<Finding> disk(RunConfig config, RunFolder folder, long parameters) {
        long checkpoint = Float.BYTES * parameters * (1 + Optimizer.stateVectors(config.train()));
        int kept = config.train().cadence().keepCheckpoints();
        return HostChecks.disk(
                        folder.root(),
                        HostProbe.freeBytes(folder.root()),
                        checkpoint,
                        kept,
                        folder.checkpoints(kept).files().size())
                .stream()
                .toList();
    }

    /** Compares the clocks of ranks that have met; rank 0 says it if they are apart. */
    static void heedClocks(Collective ranks) {
        Optional<Finding> finding = RankChecks.clocks(ranks, System::currentTimeMillis);
        if (ranks.topology().leads()) {
            finding.map(Finding::sentence).ifPresent(Preflight::warn);
        }
    }

    /** Compares the ranks, which have met, and looks at the disk that rank 0 writes to. */
    static void heed(
            RunConfig config,
            RunFolder folder,
            long parameters,
            Collective ranks,
            String dataFingerprint) {
        boolean alone = ranks.topology().worldSize() == 1;
        List<Finding> findings =
                new ArrayList<>(
                        RankChecks.check(
                                ranks,
                                alone ? "" : CodeVersion.ofThisProcess(),
                                dataFingerprint,
                                System::currentTimeMillis));
        if (!ranks.topology().leads()) {
            findings.removeIf(finding -> !finding.stops()); // rank 0 says it
        } else {
            findings.addAll(disk(config, folder, parameters));
        }
        Finding.heed(findings, Preflight::warn);
    }

    static void warn(String sentence) {
        System.err.println("warning: " + sentence);
    }
}
