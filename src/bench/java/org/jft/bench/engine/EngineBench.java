package org.jft.bench.engine;

import com.google.common.base.Strings;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench engine}: images a second of whole training steps. */
@Command(
        name = "engine",
        description = {
            "Whole training steps: uint8 pixels, forward, sigmoid cross-entropy, backward, SGD.",
            "Images a second of an engine against libtorch (channels-last; in bf16 under autocast)"
                    + " and DL4J as it comes. All train the same graph from the same weights; the"
                    + " losses of their first steps must agree. Each runs in a process of its own,"
                    + " one at a time, in turns."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-bench engine                                  a small network, seconds",
            "  jft-bench engine --model resnet50                 224 pixels, batch 16",
            "  jft-bench engine --model resnet50 --precision fp32,bf16",
            "  jft-bench engine --model resnet20s --batch 128    small images",
            "  jft-bench engine --model resnet50 --profile       where our time goes",
            "  jft-bench engine --model resnet101 --peer libtorch,stock-dl4j --rounds 3 --json",
        })
public final class EngineBench implements Callable<Integer> {
    private static final int PROFILE_WARM_UP = 3; // steps

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
            names = "--precision",
            paramLabel = "TYPE",
            split = ",",
            defaultValue = "fp32",
            description =
                    "fp32, bf16 or both, which ours computes in (default: ${DEFAULT-VALUE}). In"
                            + " bf16, ours is compared with libtorch's bf16 and with its fp32.")
    private Set<Precision> precisions;

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "libtorch",
            description = "libtorch, stock-dl4j (fp32 only) or both (default: ${DEFAULT-VALUE}).")
    private Set<Peer> peers;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads; 0 means all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "3",
            description = "Least time of a turn; at least one step (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--profile",
            description =
                    "Show where our own steps spend their time, by kind of kernel, and compare"
                            + " with nobody.")
    private boolean profile;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean small = model.endsWith("s");
        Assignment.Job job =
                new Assignment.Job(
                        model,
                        BenchOptions.positive("--batch", orElse(batch, small ? 32 : 16)),
                        BenchOptions.positive("--size", orElse(size, small ? 32 : 224)),
                        BenchOptions.positive("--classes", classes));
        if (threads < 0) {
            throw new ConfigException("--threads must not be negative: " + threads);
        }
        int cores = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        if (profile) {
            for (Precision precision : precisions) {
                EngineConfig config = new EngineConfig(engine, precision, cores, null, false);
                profile(job, Engines.resolve(config));
            }
            return CommandRunner.DONE;
        }
        List<Comparison> comparisons = comparisons();
        try (Lineup lineup = Lineup.start(competitors(comparisons), job, cores, seconds)) {
            for (Comparison comparison : comparisons) {
                comparison.requireAgreement(lineup);
            }
            lineup.processes().forEach(StepProcess::warmUp);
            Rounds.inTurns("engine", options.rounds(), lineup.processes());
            options.print(comparisons.stream().map(pair -> row(pair, lineup, job, cores)).toList());
            lineup.processes().forEach(this::noteMemory);
        }
        return CommandRunner.DONE;
    }

    private void profile(Assignment.Job job, EngineConfig config) throws IOException {
        EngineFactory factory = Engines.named(config.name());
        double peak = factory.matrixMultiplyFlops(config);
        Path weights = Files.createTempDirectory("jft-bench");
        StepProfile found = new StepProfile();
        try (EngineStep step =
                new EngineStep(factory, Workload.of(job), config, new StartWeights(weights))) {
            for (int i = 0; i < PROFILE_WARM_UP; i++) {
                step.step();
            }
            step.profile(found);
            for (int i = 0; i < options.rounds(); i++) {
                step.step();
            }
        } finally {
            MoreFiles.deleteRecursively(weights, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        String title =
                Competitor.ours(factory.name(), config.precision()).title() + " " + job.toString();
        options.write(out -> found.print(out, title, options.rounds(), peak));
    }

    private List<Comparison> comparisons() {
        String name = Engines.resolve(new EngineConfig(engine, null, 0, null, false)).name();
        List<Comparison> comparisons = new ArrayList<>();
        for (Precision precision : precisions) {
            Competitor ours = Competitor.ours(name, precision);
            if (peers.contains(Peer.LIBTORCH)) {
                comparisons.add(new Comparison(ours, Competitor.libtorch(precision)));
            }
            if (peers.contains(Peer.LIBTORCH) && precision != Precision.FP32) {
                comparisons.add(new Comparison(ours, Competitor.libtorch(Precision.FP32)));
            }
            if (peers.contains(Peer.STOCK_DL4J) && precision == Precision.FP32) {
                comparisons.add(new Comparison(ours, Competitor.stockDl4j()));
            }
        }
        if (comparisons.isEmpty()) {
            throw new ConfigException(
                    "--peer=stock-dl4j computes in fp32 only: add fp32 to --precision");
        }
        return comparisons;
    }

    /** Returns everybody once, ours first. */
    private static List<Competitor> competitors(List<Comparison> comparisons) {
        Set<Competitor> all = new LinkedHashSet<>();
        comparisons.forEach(comparison -> all.add(comparison.ours()));
        comparisons.forEach(comparison -> all.add(comparison.peer()));
        return List.copyOf(all);
    }

    private static BenchRow row(Comparison pair, Lineup lineup, Assignment.Job job, int threads) {
        StepProcess ours = lineup.of(pair.ours());
        StepProcess peer = lineup.of(pair.peer());
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("engine", pair.ours().engine());
        more.put("precision", pair.ours().precision().name().toLowerCase(Locale.ROOT));
        more.put("model", job.model());
        more.put("batch", job.batch());
        more.put("size", job.size());
        more.put("threads", threads);
        ours.peakMebibytes().ifPresent(peak -> more.put("ours_peak_mebibytes", peak));
        peer.peakMebibytes().ifPresent(peak -> more.put("peer_peak_mebibytes", peak));
        more.put("garbage_bytes_per_step", ours.garbageBytesPerStep());
        return new BenchRow(
                "engine",
                "%s %s".formatted(pair.ours().title(), job),
                ours.rates(),
                pair.peer().title(),
                peer.rates(),
                "images/s",
                more);
    }

    private void noteMemory(StepProcess process) {
        String peak =
                process.peakMebibytes().isPresent()
                        ? "%,d MiB".formatted(process.peakMebibytes().getAsLong())
                        : "unknown";
        String garbage =
                process.competitor().kind() == Competitor.Kind.OURS
                        ? ", garbage of a step %,d bytes".formatted(process.garbageBytesPerStep())
                        : "";
        options.note(
                "%s  peak memory %s%s"
                        .formatted(
                                Strings.padEnd(process.competitor().title(), 24, ' '),
                                peak,
                                garbage));
    }

    private static int orElse(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
