package org.jft.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        /** The coordinator is killed. */
        COORDINATOR
    }

    private static final Pattern GENERATION =
            Pattern.compile("generation (\\d+): ((?:worker \\d+(?:, )?)+)");
    private static final Pattern NUMBER = Pattern.compile("worker (\\d+)");
    private static final int MAX_COORDINATORS_KILLED = 3; // its launcher gives up at 5
    private static final int EVENTS_PER_COORDINATOR = 16; // without one nobody is missed
    private static final int MAX_WORKERS = 4;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(90);

    private final Command job;
    private final Runs runs;
    private final String run;
    private final Path joinedOutput;
    private final Random random;
    private final Workers workers;
    private final Map<Event, Integer> counts = new EnumMap<>(Event.class);
    private int nextNumber = 10;
    private int coordinatorsToKill;

    Chaos(Command job, Runs runs, String run, Random random) {
        this.job = job;
        this.runs = runs;
        this.run = run;
        this.random = random;
        this.workers = new Workers(job);
        this.joinedOutput = runs.folder().resolve(run + "-joined.txt");
    }

    /** Lets so many things happen, or fewer when the run is over before; returns how many did. */
    int unleash(int events) {
        int happened = 0;
        coordinatorsToKill = Math.min(MAX_COORDINATORS_KILLED, 1 + events / EVENTS_PER_COORDINATOR);
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

    /** Waits for those that joined; returns the exit codes of those that still ran. */
    void awaitJoined() throws InterruptedException {
        for (Process each : workers.joined()) {
            if (!each.waitFor(30, TimeUnit.SECONDS)) {
                each.destroyForcibly().waitFor();
            }
        }
    }

    /** Returns all that was said on standard error. */
    String said() {
        try {
            return job.errSoFar()
                    + (Files.exists(joinedOutput) ? Files.readString(joinedOutput) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Event choose() {
        Event[] all = Event.values();
        return all[random.nextInt(all.length)];
    }

    /** Returns whether it could. */
    private boolean happen(Event event) {
        List<Integer> members = members();
        List<ProcessHandle> candidates = new ArrayList<>();
        workers.alive()
                .forEach(
                        (number, process) -> {
                            if (members.contains(number)) {
                                candidates.add(process);
                            }
                        });
        boolean several = candidates.size() > 1;
        switch (event) {
            case KILL -> {
                return several && kill(pick(candidates));
            }
            case DOZE -> {
                return several && stop(pick(candidates), 200 + random.nextInt(600));
            }
            case FREEZE -> {
                return several && stop(pick(candidates), 2_500 + random.nextInt(2_000));
            }
            case LEAVE -> {
                return candidates.size() > 2 && pick(candidates).destroy();
            }
            case JOIN -> {
                return join();
            }
            case COORDINATOR -> {
                return counts.getOrDefault(event, 0) < coordinatorsToKill
                        && workers.coordinator().map(ProcessHandle::destroyForcibly).orElse(false);
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

    private boolean join() {
        int alive = workers.alive().size();
        if (alive == 0 || alive >= MAX_WORKERS) {
            return false;
        }
        workers.join(nextNumber++, joinedOutput);
        return true;
    }

    private ProcessHandle pick(List<ProcessHandle> candidates) {
        return candidates.get(random.nextInt(candidates.size()));
    }

    /** Returns the numbers of those in the newest generation that rank 0 has told of. */
    private List<Integer> members() {
        List<Integer> members = List.of();
        int newest = -1;
        Matcher generation = GENERATION.matcher(said());
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
                job.killAll();
                throw new AssertionError(
                        "no step in %d s behind step %d after %s:%n%s"
                                .formatted(
                                        TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS),
                                        before,
                                        counts,
                                        said()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(100)));
        }
        return true;
    }
}
