package org.jft.train.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
     * @param patience until rank 0's host has an address
     */
    public static List<Finding> host(
            RunConfig config, Map<String, String> environment, Duration patience) {
        MemberEnvironment member = MemberEnvironment.read(environment);
        int joined = member.topology().worldSize();
        int workers = joined > 1 ? joined : config.cluster().workers();
        return HostChecks.check(
                HostProbe.probe(environment, patience),
                workers,
                sharedMemory(config, member, workers));
    }

    private static long sharedMemory(RunConfig config, MemberEnvironment member, int workers) {
        if (workers == 1 || member.aeronDirectory().isPresent()) {
            return 0; // nothing to exchange, or taken by whoever hosts the media driver
        }
        boolean betweenHosts = member.topology().worldSize() > 1;
        if (!betweenHosts) {
            return IpcSettings.DEFAULT.bytesNeeded(LocalLauncher.streams(config.cluster()));
        }
        boolean tcp = config.cluster().transport() == ClusterConfig.Transport.TCP;
        return tcp
                ? 0
                : config.cluster().streams()
                        * UdpSettings.DEFAULT.bytesNeeded(
                                Plan.streams(
                                        config.cluster().algorithm(),
                                        Math.max(workers, config.cluster().maxWorkers())));
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
