package org.jft.endtoend;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets random things befall the processes of an elastic job. The next one comes when the workers
 * have trained on after the last.
 */
final class Chaos {
    /** What may befall a job. */
    enum Event {
        /** A worker is killed (SIGKILL). */
        KILL,
        /** A worker is stopped for less long than it takes to be given up. */
        DOZE,
        /** A worker is stopped for longer, and wakes up again. */
        FREEZE,
        /** A worker is told to leave (SIGTERM). */
        LEAVE,
        /** Another worker comes. */
        JOIN,
        /** A worker's host is cut off for shorter or longer than it takes to be given up. */
        PARTITION,
        /** The coordinator that leads is killed. */
        COORDINATOR
    }

    private static final Pattern GENERATION =
            Pattern.compile("generation (\\d+): ((?:worker \\d+(?:, )?)+)");
    private static final Pattern NUMBER = Pattern.compile("worker (\\d+)");
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(90);

    private final ElasticJob job;
    private final Runs runs;
    private final String run;
    private final Random random;
    private final Map<Event, Integer> counts = new EnumMap<>(Event.class);
    private int nextNumber = 10;

    Chaos(ElasticJob job, Runs runs, String run, Random random) {
        this.job = job;
        this.runs = runs;
        this.run = run;
        this.random = random;
    }

    /** Lets so many things happen, or fewer when the run is over before; returns how many did. */
    int unleash(int events) {
        int happened = 0;
        while (happened < events && awaitProgress(3)) {
            Event event = choose();
            if (happen(event)) {
                counts.merge(event, 1, Integer::sum);
                happened++;
            }
        }
        return happened;
    }

    /** Returns how often each thing has happened. */
    Map<Event, Integer> counts() {
        return counts;
    }

    private Event choose() {
        Event[] all = Event.values();
        return all[random.nextInt(all.length)];
    }

    /** Returns whether it could. */
    private boolean happen(Event event) {
        Map<Integer, ProcessHandle> alive = job.workers();
        List<Integer> candidates = members().stream().filter(alive::containsKey).toList();
        boolean several = candidates.size() > 1;
        switch (event) {
            case KILL -> {
                return several && kill(alive.get(pick(candidates)));
            }
            case DOZE -> {
                return several && stop(alive.get(pick(candidates)), 200 + random.nextInt(600));
            }
            case FREEZE -> {
                return several && stop(alive.get(pick(candidates)), 2_500 + random.nextInt(2_000));
            }
            case LEAVE -> {
                return candidates.size() > 2 && job.leave(pick(candidates));
            }
            case JOIN -> {
                boolean joins = job.join(nextNumber);
                nextNumber += joins ? 1 : 0;
                return joins;
            }
            case PARTITION -> {
                return several && cutOff(pick(candidates), 300 + random.nextInt(6_000));
            }
            case COORDINATOR -> {
                return job.killCoordinator();
            }
            default -> throw new IllegalStateException();
        }
    }

    private boolean kill(ProcessHandle worker) {
        worker.destroyForcibly();
        worker.onExit().join();
        return true;
    }

    private boolean stop(ProcessHandle worker, long millis) {
        Workers.signal(worker, "STOP");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        Workers.signal(worker, "CONT");
        return true;
    }

    private boolean cutOff(int worker, long millis) {
        boolean cut = job.cutOff(worker);
        if (cut) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            job.plugIn(worker);
        }
        return cut;
    }

    private int pick(List<Integer> candidates) {
        return candidates.get(random.nextInt(candidates.size()));
    }

    /** Returns the numbers of those in the newest generation that rank 0 has told of. */
    private List<Integer> members() {
        List<Integer> members = List.of();
        int newest = -1;
        Matcher generation = GENERATION.matcher(job.said());
        while (generation.find()) {
            if (Integer.parseInt(generation.group(1)) > newest) {
                newest = Integer.parseInt(generation.group(1));
                members =
                        NUMBER.matcher(generation.group(2))
                                .results()
                                .map(result -> Integer.parseInt(result.group(1)))
                                .toList();
            }
        }
        return members;
    }

    /** Returns whether the run has gone on by some steps; false when it is over. */
    private boolean awaitProgress(int steps) {
        long before = runs.lastStep(run);
        long startNs = System.nanoTime();
        while (runs.lastStep(run) < before + steps) {
            if (!job.runs()) {
                return false;
            }
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                throw new AssertionError(
                        "no step in %d s behind step %d after %s:%n%s"
                                .formatted(
                                        TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS),
                                        before,
                                        counts,
                                        job.said()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(100)));
        }
        return true;
    }
}
