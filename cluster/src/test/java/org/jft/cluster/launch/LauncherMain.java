package org.jft.cluster.launch;

import java.util.List;

/** A launcher in a process of its own, for tests that kill it. */
public final class LauncherMain {
    private LauncherMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        WorkerCommand worker =
                WorkerCommand.likeThisJvm(RingWorker.class.getName(), List.of("loop"));
        System.exit(new LocalLauncher(2, worker).run().exitCode());
    }
}
