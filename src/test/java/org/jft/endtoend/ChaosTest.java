package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.jft.endtoend.Command.Result;
import org.jft.hosts.LinkSpeed;
import org.jft.hosts.NamespaceHosts;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job whose workers are killed, stopped, cut off, told to leave, and joined by others at random,
 * and whose coordinators are killed, ends as one whose workers were left alone: every step once,
 * all ranks with the same bits, and parameters that differ by rounding. {@code scripts/chaos} runs
 * it for longer, on hosts of its own.
 */
class ChaosTest {
    private static final int EVENTS = Integer.getInteger("jft.chaos.events", 8);
    private static final int STEPS = Integer.getInteger("jft.chaos.steps", 2400);
    private static final long SEED = Long.getLong("jft.chaos.seed", System.nanoTime());
    private static final int COORDINATORS = Integer.getInteger("jft.chaos.coordinators", 1);

    private static final int WORKERS = 3;
    private static final int MAX_WORKERS = 4;
    private static final int MAX_COORDINATORS_KILLED = 3; // jft-train gives up at 5
    private static final int EVENTS_PER_COORDINATOR = 16; // without one nobody is missed
    private static final LinkSpeed LINK = LinkSpeed.of(1, 1500);

    private static final Pattern MEETING = Pattern.compile("; met in (\\d+\\.\\d+) s");

    @TempDir static Path folder;

    @Test
    void shouldEndAsARunWhoseWorkersWereLeftAlone() {
        System.out.println("chaos: seed " + SEED);
        SyntheticSet.make(folder);
        if (COORDINATORS == 1) {
            endsAsARunLeftAlone(launched());
            return;
        }
        HostedJob.Size size = new HostedJob.Size(WORKERS, MAX_WORKERS, COORDINATORS);
        Optional<String> obstacle = NamespaceHosts.obstacle(LINK);
        obstacle.ifPresent(why -> System.out.println("chaos: nobody is cut off: " + why));
        try (NamespaceHosts hosts =
                obstacle.isPresent() ? null : NamespaceHosts.create(size.hosts(), LINK)) {
            endsAsARunLeftAlone(
                    HostedJob.start(
                            folder,
                            "chaos",
                            size,
                            Runs.settings(STEPS),
                            Optional.ofNullable(hosts)));
        }
    }

    private static void endsAsARunLeftAlone(ElasticJob started) {
        Runs runs = new Runs(folder);
        try (ElasticJob job = started) {
            Chaos chaos = new Chaos(job, runs, "chaos", new Random(SEED));
            int happened = chaos.unleash(EVENTS);
            long until = runs.lastStep("chaos");
            job.awaitEnd();
            System.out.printf(
                    "chaos: %d events %s until step %d of %d, %s generations%n",
                    happened,
                    chaos.counts(),
                    until,
                    STEPS,
                    runs.summary("chaos").path("generations"));
            tellOfMeetings(job.said());
            String as = "seed %s, %s%n%s".formatted(SEED, chaos.counts(), job.said());
            assertThat(happened).as(as).isEqualTo(EVENTS);
            assertThat(runs.steps("chaos")).as(as).isEqualTo(Runs.everyStep(STEPS));
            assertThat(job.workers()).isEmpty();
        }
        assertThat(runs.parametersHash("chaos"))
                .isEqualTo(runs.summary("chaos").path("parameters_sha256").asText());

        Result alone = Runs.alone(folder, "alone", STEPS);
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        double distance = runs.distance("chaos", "alone", STEPS);
        System.out.printf("chaos: %.1e of the parameters' way from the run left alone%n", distance);
        assertThat(distance).as("seed %s", SEED).isLessThan(Runs.BOUND);
    }

    /** As their rank 0 tells: those that had to wait for a worker that dozed, too. */
    private static void tellOfMeetings(String said) {
        List<Double> seconds =
                MEETING.matcher(said)
                        .results()
                        .map(result -> Double.parseDouble(result.group(1)))
                        .sorted()
                        .toList();
        if (!seconds.isEmpty()) {
            System.out.printf(
                    "chaos: %d meetings took a median of %s s (%s to %s)%n",
                    seconds.size(),
                    seconds.get(seconds.size() / 2),
                    seconds.get(0),
                    seconds.get(seconds.size() - 1));
        }
    }

    private static ElasticJob launched() {
        List<String> all =
                new ArrayList<>(
                        List.of("--config", "tiny.yaml", "--out", "chaos", "--workers", "3"));
        List<String> every = new ArrayList<>(Runs.settings(STEPS));
        every.add(
                "cluster.elastic={min_workers: 1, max_workers: %d, lost_after_ms: 1500}"
                        .formatted(MAX_WORKERS));
        every.forEach(setting -> all.addAll(List.of("--set", setting)));
        return new LaunchedJob(
                Command.start(JftTrain.class, folder, Command.QUICK, all.toArray(String[]::new)),
                WORKERS,
                MAX_WORKERS,
                folder.resolve("chaos-joined.txt"),
                Math.min(MAX_COORDINATORS_KILLED, 1 + EVENTS / EVENTS_PER_COORDINATOR));
    }
}
