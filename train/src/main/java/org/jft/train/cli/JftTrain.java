package org.jft.train.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jft.cluster.preflight.Finding;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engines;
import org.jft.data.image.JpegDecoder;
import org.jft.train.loop.Preflight;
import org.jft.train.loop.RunFolder;
import org.jft.train.loop.RunPlan;
import org.jft.train.loop.TrainingJob;
import org.jft.train.sharding.HeadTraffic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-train}: pre-trains a network as a config says, on as many workers as asked for. */
@Command(
        name = "jft-train",
        description = {
            "Pre-trains a network on a sharded, noisily labelled image set.",
            "Running the same command again resumes from the newest checkpoint, exactly."
        },
        footer = {
            "",
            "Examples:",
            "  jft-train --config smoke.yaml",
            "  jft-train --config quickstart.yaml --workers 2 --out runs/try",
            "  jft-train --config resnet101.yaml --dry-run --set model.classes=1000"
        })
public final class JftTrain implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "A YAML file, here or in the project's configs/.")
    private String config;

    @Mixin private ConfigOptions options;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run folder; default runs/<name of the config>.")
    private Path out;

    @Option(
            names = "--dry-run",
            description =
                    "Print the resolved config, parameters, memory per worker, steps and time;"
                            + " train nothing.")
    private boolean dryRun;

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new JftTrain(), args));
    }

    @Override
    public Integer call() throws InterruptedException {
        RunConfig run = options.load(config, List.of());
        PrintWriter print = spec.commandLine().getOut();
        Path folder = out == null ? Path.of("runs", run.name()) : out;
        if (dryRun) {
            RunPlan plan = RunPlan.of(run);
            print(print, run, plan);
            preflight(print, run, new RunFolder(folder), plan);
            return CommandRunner.DONE;
        }
        TrainingJob job = new TrainingJob(run, new RunFolder(folder));
        Optional<JsonNode> before = job.completed();
        JsonNode summary = before.isPresent() ? before.get() : job.train();
        print.printf(
                Locale.ROOT,
                "%s: %s%,d steps, loss %.4g, %,.0f s; %s%n",
                run.name(),
                before.isPresent() ? "already complete: " : "",
                summary.path("steps").asLong(),
                summary.path("final_loss").asDouble(),
                summary.path("wall_seconds").asDouble(),
                folder.resolve(summary.path("checkpoint").asText()));
        return CommandRunner.DONE;
    }

    private static void print(PrintWriter print, RunConfig run, RunPlan plan) {
        print.println(ConfigLoader.toYaml(run.withEngine(plan.engine())).strip());
        print.println();
        row(print, "trainable parameters", "%,d", plan.model().trainableParameters());
        row(print, "classes", "%,d", plan.classes());
        row(print, "forward pass", "%.2f GFLOP an image", plan.model().forwardFlops() / 1e9);
        plan.samples().ifPresent(n -> row(print, "images in the subset", "%,d", n));
        plan.steps()
                .ifPresentOrElse(
                        n -> row(print, "steps", "%,d of %,d images", n, run.train().globalBatch()),
                        () -> row(print, "steps", "unknown until %s is there", run.data().train()));
        RunPlan.Memory memory = plan.memory();
        row(print, "memory per worker", "%s and the Java heap:", gib(memory.total()));
        row(
                print,
                "  engine " + plan.engine().name(),
                "%s for micro batches of %,d in %s, planned and not yet allocated",
                gib(memory.engine()),
                run.train().microBatch(),
                plan.engine().precision().name().toLowerCase(Locale.ROOT));
        row(print, "  optimizer, exchange", "%s", gib(memory.optimizer()));
        row(print, "  batches", "%s, decoded ahead", gib(memory.batches()));
        row(print, "workers", "%d", run.cluster().workers());
        plan.exchange().ifPresent(traffic -> printExchange(print, run, traffic));
        row(print, "jpeg decoder", "%s", JpegDecoder.preferred());
        String where =
                Engines.named(plan.engine().name()).ownsDevice() && run.cluster().workers() > 1
                        ? "with a GPU like this machine's for each worker"
                        : "here";
        plan.atBestSeconds()
                .ifPresent(
                        s ->
                                row(
                                        print,
                                        "time",
                                        "at least %s %s, at the speed of a bare matrix multiply",
                                        duration(s),
                                        where));
    }

    private static void printExchange(PrintWriter print, RunConfig run, HeadTraffic traffic) {
        boolean sharded = run.cluster().shardClasses();
        row(
                print,
                "exchange",
                "%s a step sent by each worker; %s with cluster.shard_classes: %s",
                gib(Math.round(sharded ? traffic.sharded() : traffic.dense())),
                gib(Math.round(sharded ? traffic.dense() : traffic.sharded())),
                !sharded);
    }

    private static void preflight(
            PrintWriter print, RunConfig run, RunFolder folder, RunPlan plan) {
        List<Finding> findings =
                new ArrayList<>(Preflight.host(run, System.getenv(), Duration.ZERO));
        findings.addAll(Preflight.disk(run, folder, plan.model().totalParameters()));
        if (findings.isEmpty()) {
            row(print, "preflight", "nothing in the way");
        }
        findings.forEach(finding -> row(print, "preflight", "%s", finding));
    }

    private static void row(PrintWriter print, String name, String format, Object... values) {
        print.printf(Locale.ROOT, "%-22s%s%n", name, String.format(Locale.ROOT, format, values));
    }

    private static String gib(long bytes) {
        return bytes < 1 << 30
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20))
                : String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1 << 30));
    }

    private static String duration(double seconds) {
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        if (seconds < 7200) {
            return String.format(Locale.ROOT, "%.0f min", seconds / 60);
        }
        return seconds < 2 * 86_400
                ? String.format(Locale.ROOT, "%.1f h", seconds / 3600)
                : String.format(Locale.ROOT, "%,.0f days", seconds / 86_400);
    }
}
