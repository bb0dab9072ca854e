package org.jft.train.loop;

import java.nio.file.Path;
import java.util.List;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.launch.ParentWatch;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ConfigLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The main class of a worker process; {@link TrainingJob} starts it. */
@Command(name = "jft-worker", description = "One worker of a training job.", hidden = true)
public final class WorkerMain implements Runnable {
    @Parameters(description = "The run folder, with its job.json.")
    private Path folder;

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new WorkerMain(), args));
    }

    @Override
    public void run() {
        MemberEnvironment member = MemberEnvironment.read(System.getenv());
        ParentWatch.start(member);
        RunFolder run = new RunFolder(folder);
        new TrainingJob(ConfigLoader.load(run.job(), List.of()), run).runAsMember(member);
    }
}
