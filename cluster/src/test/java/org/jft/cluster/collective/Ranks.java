package org.jft.cluster.collective;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the same body as every rank of a world, one thread each. */
public final class Ranks {
    private static final long DEADLINE_SECONDS = 60;

    /** What a rank does. */
    @FunctionalInterface
    public interface Body<T> {
        T run(int rank) throws Exception;
    }

    private Ranks() {}

    /** Returns what each rank returned; fails when one threw or did not end in time. */
    public static <T> List<T> run(int worldSize, Body<T> body) {
        List<Object> outcomes = outcomes(worldSize, body);
        List<T> results = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            if (outcomes.get(rank) instanceof Thrown thrown) {
                throw new AssertionError("rank " + rank + " of " + worldSize, thrown.cause());
            }
            @SuppressWarnings("unchecked")
            T result = (T) outcomes.get(rank);
            results.add(result);
        }
        return results;
    }

    /** Returns what each rank threw, or null. */
    public static List<Throwable> failures(int worldSize, Body<?> body) {
        List<Throwable> failures = new ArrayList<>();
        for (Object outcome : outcomes(worldSize, body)) {
            failures.add(outcome instanceof Thrown thrown ? thrown.cause() : null);
        }
        return failures;
    }

    private record Thrown(Throwable cause) {}

    private static List<Object> outcomes(int worldSize, Body<?> body) {
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int rank = 0; rank < worldSize; rank++) {
                int self = rank;
                futures.add(threads.submit(() -> body.run(self)));
            }
            List<Object> outcomes = new ArrayList<>();
            for (Future<?> future : futures) {
                outcomes.add(outcome(future));
            }
            return outcomes;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Object outcome(Future<?> future) {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return new Thrown(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            return new Thrown(e);
        }
    }
}
