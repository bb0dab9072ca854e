package org.jft.cluster.launch;

import java.util.List;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ElasticConfig;

/** A launcher in a process of its own, for tests that kill it; of an elastic job when asked to. */
public final class LauncherMain {
    private LauncherMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        WorkerCommand worker =
                WorkerCommand.likeThisJvm(RingWorker.class.getName(), List.of("loop"));
        ElasticConfig elastic =
                List.of(arguments).contains("elastic")
                        ? new ElasticConfig(1, null, null, null, null)
                        : null;
        ClusterConfig config =
                new ClusterConfig(2, null, 0, null, null, 0, null, false, elastic, null, null);
        System.exit(LocalLauncher.of(config, rank -> worker).run().exitCode());
    }
}
