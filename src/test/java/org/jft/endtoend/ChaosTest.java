package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose workers are killed, stopped, told to leave, and joined by others at random, ends as
 * one whose workers were left alone: every step once, all ranks with the same bits, and parameters
 * that differ by rounding. {@code scripts/chaos} runs it for longer.
 */
class ChaosTest {
    private static final int EVENTS = Integer.getInteger("jft.chaos.events", 8);
    private static final int STEPS = Integer.getInteger("jft.chaos.steps", 800);
    private static final long SEED = Long.getLong("jft.chaos.seed", System.nanoTime());

    @TempDir static Path folder;

    @Test
    void shouldEndAsARunWhoseWorkersWereLeftAlone() throws InterruptedException {
        System.out.println("chaos: seed " + SEED);
        SyntheticSet.make(folder);
        Runs runs = new Runs(folder);
        Command job = start();
        Chaos chaos = new Chaos(job, runs, "chaos", new Random(SEED));
        int happened = chaos.unleash(EVENTS);
        Result result = job.await();
        chaos.awaitJoined();
        String as = "seed %s, %s%n%s".formatted(SEED, chaos.counts(), chaos.said());
        assertThat(result.exitCode()).as(as).isZero();
        System.out.printf(
                "chaos: %d events %s in %s generations%n",
                happened, chaos.counts(), runs.summary("chaos").path("generations"));
        assertThat(happened).as(as).isEqualTo(EVENTS);
        assertThat(runs.steps("chaos")).as(as).isEqualTo(Runs.everyStep(STEPS));
        assertThat(runs.parametersHash("chaos"))
                .isEqualTo(runs.summary("chaos").path("parameters_sha256").asText());
        assertThat(new Workers(job).alive()).isEmpty();

        Result alone = Runs.alone(folder, "alone", STEPS);
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        double distance = runs.distance("chaos", "alone", STEPS);
        System.out.printf("chaos: %.1e of the parameters' way from the run left alone%n", distance);
        assertThat(distance).as(as).isLessThan(Runs.BOUND);
    }

    private static Command start() {
        List<String> all =
                new ArrayList<>(
                        List.of("--config", "tiny.yaml", "--out", "chaos", "--workers", "3"));
        List<String> every = new ArrayList<>(Runs.settings(STEPS));
        every.add("cluster.elastic={min_workers: 1, max_workers: 4, lost_after_ms: 1500}");
        every.forEach(setting -> all.addAll(List.of("--set", setting)));
        return Command.start(JftTrain.class, folder, all.toArray(String[]::new));
    }
}
