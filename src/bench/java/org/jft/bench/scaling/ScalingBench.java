package org.jft.bench.scaling;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rounds;
import org.jft.core.cli.CommandRunner;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jft-bench scaling}: images a second of a whole training job by number of workers. */
@Command(
        name = "scaling",
        description = {
            "A whole training job with several numbers of workers.",
            "Images a second of a few steps (data, network, exchange, update), against one worker,"
                    + " which has all the cores to itself. The global batch stays the config's."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  jft-data synth sets/synth && jft-bench scaling --config smoke.yaml",
            "  jft-bench scaling --config quickstart.yaml --workers 1,2,4 --steps 100 --json",
            "  jft-bench scaling --workers 8..1024 --link 10,25,100",
            "  jft-bench scaling --workers 16..1024 --workers-per-host 8 --link 10,25,100",
            "  jft-bench scaling --namespaces 4 --link 1 --mtu 1500,9000 --mebibytes 16",
        })
public final class ScalingBench implements Callable<Integer> {
    @Option(
            names = "--workers",
            paramLabel = "N,N",
            split = ",",
            defaultValue = "1,2",
            description = "Numbers of workers; 8..64 is 8,16,32,64 (default: ${DEFAULT-VALUE}).")
    private List<String> workers;

    @Mixin private TrainingOptions training = new TrainingOptions(40);

    @Mixin private Forecast forecast;

    @Mixin private Namespaces namespaces;

    @Mixin private BenchOptions options;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (namespaces.asked()) {
            namespaces.print(forecast, options);
            return CommandRunner.DONE;
        }
        List<Integer> several =
                workers.stream()
                        .flatMap(ScalingBench::numbers)
                        .filter(n -> n != 1)
                        .distinct()
                        .toList();
        if (several.isEmpty()) {
            throw new ConfigException("--workers=1: give a number to compare with one worker");
        }
        if (forecast.asked()) {
            forecast.print(several, options);
            return CommandRunner.DONE;
        }
        TrainingRun one = run(1);
        List<TrainingRun> runs = several.stream().map(this::run).toList();
        List<BenchRow> rows = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            int count = several.get(i);
            Rounds.Result rates =
                    Rounds.alternate(
                            "scaling, %d workers".formatted(count),
                            options.rounds(),
                            runs.get(i),
                            one);
            rows.add(row(count, rates));
        }
        options.print(rows);
        return CommandRunner.DONE;
    }

    /** Returns what "4" or "8..64" stands for. */
    private static Stream<Integer> numbers(String text) {
        try {
            String[] ends = text.split("\\.\\.", 2);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first > 0 && last >= first) {
                return Stream.iterate(first, n -> n <= last, n -> 2 * n);
            }
        } catch (NumberFormatException ignored) {
            // Said below.
        }
        throw new ConfigException(
                "--workers=%s is neither a number nor a range such as 8..64".formatted(text));
    }

    private BenchRow row(int count, Rounds.Result rates) {
        double efficiency = rates.ours().median() / rates.peer().median() / count;
        return new BenchRow(
                "scaling",
                "%s, %d workers".formatted(training.config(), count),
                rates.ours(),
                "1 worker",
                rates.peer(),
                "images/s",
                ImmutableMap.of(
                        "workers", count, "steps", training.steps(), "efficiency", efficiency));
    }

    /** Prepares the runs with one number of workers, after checking that they can be run. */
    private TrainingRun run(int count) {
        List<String> keys = new ArrayList<>(training.overrides());
        keys.add("cluster.workers=" + count);
        return training.run(keys);
    }
}
