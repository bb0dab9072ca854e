package org.jft.eval.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.TransferConfig;
import org.jft.eval.scaling.Interval;
import org.jft.eval.scaling.PairedDifference;
import org.jft.eval.transfer.study.TargetPlan;
import org.jft.eval.transfer.study.TransferFiles;
import org.jft.eval.transfer.study.TransferPoint;
import org.jft.eval.transfer.study.TransferResult;
import org.jft.eval.transfer.study.TransferStudy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-eval transfer}: whether pre-training helps on other data sets. */
@Command(
        name = "transfer",
        description = {
            "Compares pre-trained with random weights on other data sets: few-shot ridge probe,"
                    + " linear probe, nearest neighbours, fine-tuning; paired over seeds, with"
                    + " intervals.",
            "Running the same command again reuses what is done and resumes what is not."
        },
        footer = {
            "",
            "Examples:",
            "  jft-eval transfer --set pretrained=runs/quickstart",
            "  jft-eval transfer --config transfer.yaml --set methods=[few_shot,linear,knn]"
        })
final class TransferCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "transfer.yaml",
            description = "A YAML file, here or in the project's configs/. Default: transfer.yaml.")
    private String config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override one key, for example seeds=[0,1,2]. Repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The study's folder; default runs/<name of the config>.")
    private Path out;

    @Option(
            names = "--dry-run",
            description = "Print what there is to do on each target; compute nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        TransferConfig study =
                ConfigLoader.load(ConfigLoader.locate(config), overrides, TransferConfig.class);
        Path folder = out == null ? Path.of("runs", study.name()) : out;
        PrintWriter print = spec.commandLine().getOut();
        TransferStudy running = new TransferStudy(study, folder, point -> say(print, point));
        if (dryRun) {
            running.plan().forEach(plan -> say(print, plan));
            return CommandRunner.DONE;
        }
        List<TransferPoint> points = running.run();
        List<TransferResult> results =
                TransferResult.of(points, study.confidence(), study.bootstrap());
        List<Path> files = TransferFiles.write(folder, provenance(study, running), points, results);
        table(print, results, study.confidence());
        files.forEach(print::println);
        return CommandRunner.DONE;
    }

    private ObjectNode provenance(TransferConfig study, TransferStudy running) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("commit", System.getProperty("jft.commit", "unknown"));
        tree.put("created", Instant.now().toString());
        tree.put(
                "command",
                "jft-eval transfer "
                        + String.join(" ", spec.commandLine().getParseResult().originalArgs()));
        tree.put("pretrained_sha256", running.backbone().sha256());
        tree.put("pretrained_step", running.backbone().step());
        tree.set("config", ConfigLoader.toTree(study));
        tree.set("pretraining", ConfigLoader.toTree(running.backbone().config()));
        return tree;
    }

    private static void say(PrintWriter print, TargetPlan plan) {
        print.printf(
                Locale.ROOT,
                "%s: learns from %,d images, scored on %,d; %d probes, %d runs of %,d steps%n",
                plan.target(),
                plan.learnt(),
                plan.scored(),
                plan.probes(),
                plan.runs(),
                plan.steps());
    }

    private static void say(PrintWriter print, TransferPoint point) {
        print.printf(
                Locale.ROOT,
                "%s  %-12s  %-10s  seed %d  %s %.4f  %s%n",
                point.target(),
                point.method(),
                point.start(),
                point.seed(),
                point.metric(),
                point.value(),
                point.chosen());
        print.flush();
    }

    /** Scores in percent, differences in points. */
    private static void table(PrintWriter print, List<TransferResult> results, double level) {
        String target = null;
        for (TransferResult result : results) {
            if (!result.target().equals(target)) {
                target = result.target();
                print.printf(
                        Locale.ROOT,
                        "%n%s, %s, %d pairs%n  %-12s  %13s  %13s  %10s  %15s  %15s%n",
                        target,
                        result.metric(),
                        result.pretrained().length,
                        "method",
                        "pretrained",
                        "random",
                        "difference",
                        String.format(Locale.ROOT, "t %.0f%%", 100 * level),
                        "bootstrap");
            }
            print.printf(
                    Locale.ROOT,
                    "  %-12s  %13s  %13s  %+10.1f  %15s  %15s%n",
                    result.method(),
                    spread(result.pretrained()),
                    spread(result.random()),
                    100 * result.difference().mean(),
                    interval(result.difference().t()),
                    interval(result.difference().bootstrap()));
        }
        print.println();
    }

    private static String spread(double[] scores) {
        return String.format(
                Locale.ROOT,
                "%.1f +- %.1f",
                100 * PairedDifference.mean(scores),
                100 * PairedDifference.deviation(scores));
    }

    private static String interval(Interval interval) {
        return String.format(
                Locale.ROOT, "[%+.1f, %+.1f]", 100 * interval.low(), 100 * interval.high());
    }
}
