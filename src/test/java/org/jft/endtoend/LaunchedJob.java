package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jft.endtoend.Command.Result;

/**
 * A job that {@code jft-train} has started on this host, with a coordinator of its own, and workers
 * that somebody else has started beside it. It ends with its own workers.
 */
final class LaunchedJob implements ElasticJob {
    private final Command command;
    private final Workers workers;
    private final int own;
    private final int maxWorkers;
    private final Path joinedOutput;
    private final Set<Integer> left = new TreeSet<>();
    private int coordinatorsToKill;

    /**
     * Describes.
     *
     * @param own workers, numbered from 0
     * @param maxWorkers with those that join
     * @param joinedOutput file for what those say that join
     * @param coordinatorsToKill before jft-train gives up, or workers are lost unseen
     */
    LaunchedJob(
            Command command, int own, int maxWorkers, Path joinedOutput, int coordinatorsToKill) {
        this.command = command;
        this.workers = new Workers(command);
        this.own = own;
        this.maxWorkers = maxWorkers;
        this.joinedOutput = joinedOutput;
        this.coordinatorsToKill = coordinatorsToKill;
    }

    @Override
    public boolean runs() {
        return command.runs();
    }

    @Override
    public Map<Integer, ProcessHandle> workers() {
        return workers.alive();
    }

    /** With the last worker of its own jft-train would end, and with it what the others need. */
    @Override
    public boolean leave(int worker) {
        if (worker < own && !left.contains(worker)) {
            if (left.size() + 1 == own) {
                return false;
            }
            left.add(worker);
        }
        ProcessHandle process = workers().get(worker);
        return process != null && process.destroy();
    }

    @Override
    public boolean join(int worker) {
        int alive = workers().size();
        if (alive == 0 || alive >= maxWorkers) {
            return false;
        }
        workers.join(worker, joinedOutput);
        return true;
    }

    @Override
    public boolean killCoordinator() {
        boolean killed =
                coordinatorsToKill > 0
                        && workers.coordinator().map(ProcessHandle::destroyForcibly).orElse(false);
        coordinatorsToKill -= killed ? 1 : 0;
        return killed;
    }

    @Override
    public boolean cutOff(int worker) {
        return false; // all are on one host
    }

    @Override
    public void plugIn(int worker) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void awaitEnd() {
        Result result = command.await();
        assertThat(result.exitCode()).as(said()).isZero();
        for (Process each : workers.joined()) {
            try {
                if (!each.waitFor(30, TimeUnit.SECONDS)) {
                    each.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public String said() {
        try {
            return command.errSoFar()
                    + (Files.exists(joinedOutput) ? Files.readString(joinedOutput) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (command.runs()) {
            command.killAll();
        }
        workers.joined().forEach(Process::destroyForcibly);
    }
}
