package org.jft.bench.scaling;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rates;
import org.jft.bench.Rounds;
import org.jft.bench.scaling.TrainingRun.Figures;
import org.jft.core.cli.CommandRunner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench exchange}: how much of a step waits for the exchange of gradients. */
@Command(
        name = "exchange",
        description = {
            "How much of a training step waits for the exchange of gradients.",
            "Ours sends them in buckets while backward runs, the peer is the same job with all of"
                    + " them behind backward (cluster.bucket_mb=0). ResNet-18 unless --set says"
                    + " otherwise."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data synth sets/synth && jft-bench exchange",
            "  jft-bench exchange --set engine.threads=1 --set data.image.size=128 --json",
        })
public final class ExchangeBench implements Callable<Integer> {
    /** Of images of 128 pixels, a micro batch a worker and a step where there are two. */
    private static final List<String> RESNET18 =
            List.of(
                    "model.architecture=resnet18",
                    "model.width=0",
                    "data.image.size=128",
                    "train.global_batch=32",
                    "train.micro_batch=16");

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Number of workers (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Mixin private TrainingOptions training = new TrainingOptions(16);

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        TrainingRun overlapped = run("");
        TrainingRun behind = run("0");
        List<Figures> ours = new ArrayList<>();
        List<Figures> peer = new ArrayList<>();
        Rounds.alternate(
                "exchange",
                options.rounds(),
                () -> keep(overlapped.measure(), ours),
                () -> keep(behind.measure(), peer));
        options.print(List.of(row("images/s", ours, peer, Figures::imagesPerSecond)));
        options.print(
                List.of(
                        row(
                                "% of a step that does not wait",
                                ours,
                                peer,
                                figures -> 100 * (1 - figures.exposedMs() / figures.stepMs()))));
        return CommandRunner.DONE;
    }

    private static double keep(Figures figures, List<Figures> all) {
        all.add(figures);
        return figures.imagesPerSecond();
    }

    private TrainingRun run(String bucket) {
        List<String> keys = new ArrayList<>(RESNET18);
        keys.addAll(training.overrides());
        keys.add("cluster.workers=" + workers);
        if (!bucket.isEmpty()) {
            keys.add("cluster.bucket_mb=" + bucket);
        }
        return training.run(keys);
    }

    private BenchRow row(
            String unit, List<Figures> ours, List<Figures> peer, ToDoubleFunction<Figures> figure) {
        return new BenchRow(
                "exchange",
                "%s, %d workers".formatted(training.config(), workers),
                rates(ours, figure),
                "behind backward",
                rates(peer, figure),
                unit,
                ImmutableMap.of(
                        "workers", workers,
                        "step_ms", rates(ours, Figures::stepMs).median(),
                        "exposed_ms", rates(ours, Figures::exposedMs).median(),
                        "hidden_ms", rates(ours, Figures::hiddenMs).median(),
                        "peer_exposed_ms", rates(peer, Figures::exposedMs).median()));
    }

    private static Rates rates(List<Figures> all, ToDoubleFunction<Figures> figure) {
        return Rates.of(all.stream().map(figure::applyAsDouble).toList());
    }
}
