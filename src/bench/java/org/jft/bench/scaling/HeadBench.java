package org.jft.bench.scaling;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Contender;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.failure.ConfigException;
import org.jft.train.cli.ConfigOptions;
import org.jft.train.loop.RunPlan;
import org.jft.train.sharding.HeadTraffic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench head}: classes dealt out to the workers, against a whole head on each. */
@Command(
        name = "head",
        description = {
            "A whole training job with very many classes.",
            "Images a second, and the bytes that a worker sends in a step, by formula and as counted:"
                    + " cluster.shard_classes=true against false.",
            "Unless --set says otherwise: model.architecture=resnet50, model.width=64,"
                    + " data.image.size=64."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data synth sets/synth && jft-bench head --workers 2,4",
            "  jft-bench head --classes 1000 --set model.architecture=resnet18 --json",
        })
public final class HeadBench implements Callable<Integer> {
    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "18291",
            description = "Size of the head (default: ${DEFAULT-VALUE}).")
    private int classes;

    @Option(
            names = "--workers",
            paramLabel = "N,N",
            split = ",",
            defaultValue = "2",
            description = "Numbers of workers (default: ${DEFAULT-VALUE}).")
    private List<Integer> workers;

    @Mixin private TrainingOptions training = new TrainingOptions(16);

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        for (int count : workers) {
            if (count < 2) {
                throw new ConfigException("--workers=%s must be at least 2".formatted(count));
            }
            rows.add(measure(count));
        }
        options.print(rows);
        for (BenchRow row : rows) {
            options.note(
                    String.format(
                            Locale.ROOT,
                            "%s: %s MB sent a step and worker (%s by formula), %s (%s) with a whole head",
                            row.situation(),
                            row.more().get("ours_sent_megabytes"),
                            row.more().get("ours_formula_megabytes"),
                            row.more().get("peer_sent_megabytes"),
                            row.more().get("peer_formula_megabytes")));
        }
        return CommandRunner.DONE;
    }

    private BenchRow measure(int count) throws InterruptedException {
        Counted dealt = new Counted(training.run(keys(count, true)));
        Counted whole = new Counted(training.run(keys(count, false)));
        HeadTraffic formula =
                RunPlan.of(new ConfigOptions().load(training.config(), keys(count, true)))
                        .exchange()
                        .orElseThrow();
        Rounds.Result rates =
                Rounds.alternate(
                        "head, %d workers".formatted(count), options.rounds(), dealt, whole);
        return new BenchRow(
                "head",
                "%,d classes, %d workers".formatted(classes, count),
                rates.ours(),
                "whole head",
                rates.peer(),
                "images/s",
                ImmutableMap.<String, Object>builder()
                        .put("workers", count)
                        .put("classes", classes)
                        .put("ours_sent_megabytes", megabytes(dealt.sentBytes))
                        .put("ours_formula_megabytes", megabytes(formula.sharded()))
                        .put("peer_sent_megabytes", megabytes(whole.sentBytes))
                        .put("peer_formula_megabytes", megabytes(formula.dense()))
                        .build());
    }

    private static double megabytes(double bytes) {
        return Math.round(bytes / 1e4) / 100.0;
    }

    /** A run that also keeps what was sent in a step of the last round. */
    private static final class Counted implements Contender {
        private final TrainingRun run;
        private double sentBytes;

        private Counted(TrainingRun run) {
            this.run = run;
        }

        @Override
        public double round() throws InterruptedException {
            TrainingRun.Figures figures = run.measure();
            sentBytes = figures.sentBytes();
            return figures.imagesPerSecond();
        }
    }

    private List<String> keys(int count, boolean sharded) {
        List<String> keys =
                new ArrayList<>(
                        List.of(
                                "model.architecture=resnet50",
                                "model.width=64",
                                "data.image.size=64",
                                "train.global_batch=" + 16 * count,
                                "train.micro_batch=16"));
        keys.addAll(training.overrides());
        keys.add("model.classes=" + classes);
        keys.add("cluster.workers=" + count);
        keys.add("cluster.shard_classes=" + sharded);
        return keys;
    }
}
