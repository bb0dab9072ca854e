package org.jft.bench.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench engine}: images a second of one training step. */
@Command(
        name = "engine",
        description = {
            "One training step: forward, sigmoid cross-entropy, backward.",
            "Images a second of an engine against libtorch (float32, channels-last) or DL4J as it"
                    + " comes. Both run the same graph with the same weights, without an update;"
                    + " their losses must agree first."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench engine                                  a small network, seconds",
            "  jft-bench engine --model resnet50                 224 pixels, batch 16",
            "  jft-bench engine --model resnet50 --peer stock-dl4j --rounds 3 --json",
        })
public final class EngineBench implements Callable<Integer> {
    private static final double LARGEST_LOSS_DIFFERENCE = 1e-3; // relative; float32, random order
    private static final int WARM_UP_STEPS = 2;

    private enum Peer {
        LIBTORCH,
        STOCK_DL4J;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "resnet14s",
            description = "A model.architecture of a config (default: ${DEFAULT-VALUE}).")
    private String model;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images of a step (default: 32 for a small network, else 16).")
    private Integer batch;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Side of the images (default: 32 for a small network, else 224).")
    private Integer size;

    @Option(
            names = "--classes",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Size of the head (default: ${DEFAULT-VALUE}).")
    private int classes;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "Ours (default: what a config without engine.name gets).")
    private String engine;

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            defaultValue = "libtorch",
            description = "libtorch or stock-dl4j (default: ${DEFAULT-VALUE}).")
    private Peer peer;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads; 0 means all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "1",
            description = "Least time of a turn; at least one step (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException {
        boolean small = model.endsWith("s");
        Workload workload =
                Workload.of(
                        model,
                        BenchOptions.positive("--batch", orElse(batch, small ? 32 : 16)),
                        BenchOptions.positive("--size", orElse(size, small ? 32 : 224)),
                        BenchOptions.positive("--classes", classes));
        PeakMemory memory = PeakMemory.watch();
        try (EngineStep ours = new EngineStep(factory(), workload, threads)) {
            double ourLoss = warmUp(ours);
            OptionalLong grown = memory.grownMebibytes();
            try (TrainingStep other = peer(workload, ours.engine())) {
                requireEqual(ourLoss, warmUp(other));
                Rounds.Result rates =
                        Rounds.alternate(
                                "engine",
                                options.rounds(),
                                () -> imagesPerSecond(ours, workload.batch()),
                                () -> imagesPerSecond(other, workload.batch()));
                Map<String, Object> more = new LinkedHashMap<>();
                more.put("engine", ours.engine().name());
                grown.ifPresent(mebibytes -> more.put("ours_grown_mebibytes", mebibytes));
                options.print(List.of(row(workload, ours.engine().name(), rates, more)));
                grown.ifPresent(
                        mebibytes ->
                                options.note(
                                        "ours grew the process by up to %d MiB"
                                                .formatted(mebibytes)));
            }
        }
        return CommandRunner.DONE;
    }

    private EngineFactory factory() {
        return Engines.named(engine == null ? EngineConfig.defaults().name() : engine);
    }

    private TrainingStep peer(Workload workload, Engine ours) {
        return switch (peer) {
            case LIBTORCH -> new LibtorchStep(workload, ours.layout(), ours.parameters(), threads);
            case STOCK_DL4J -> new StockDl4jStep(workload, ours.parameters(), threads);
        };
    }

    private BenchRow row(
            Workload workload, String name, Rounds.Result rates, Map<String, Object> more) {
        String situation =
                "%s %s, batch %d, %d px".formatted(name, model, workload.batch(), workload.size());
        return new BenchRow(
                "engine", situation, rates.ours(), peer.toString(), rates.peer(), "images/s", more);
    }

    private static double warmUp(TrainingStep step) {
        double loss = Double.NaN;
        for (int i = 0; i < WARM_UP_STEPS; i++) {
            loss = step.step();
        }
        return loss;
    }

    private void requireEqual(double ours, double other) {
        if (!(Math.abs(ours - other) <= LARGEST_LOSS_DIFFERENCE * Math.abs(other))) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "not the same computation: the loss is %s with ours and %s with %s"
                            .formatted(ours, other, peer));
        }
    }

    private double imagesPerSecond(TrainingStep step, int images) {
        long startNs = System.nanoTime();
        double passed;
        int steps = 0;
        do {
            step.step();
            steps++;
            passed = (System.nanoTime() - startNs) / 1e9;
        } while (passed < seconds);
        return steps * images / passed;
    }

    private static int orElse(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
