package org.jft.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jft.cluster.launch.JftCoordinator;
import org.jft.train.loop.WorkerMain;

/** The processes of a job that {@code jft-train} has started, and those that joined it. */
final class Workers {
    private final Command job;
    private final List<Process> joined = new ArrayList<>();

    Workers(Command job) {
        this.job = job;
    }

    /** Returns the workers that live, by number. */
    Map<Integer, ProcessHandle> alive() {
        List<ProcessHandle> all = new ArrayList<>(job.workers());
        joined.forEach(process -> all.add(process.toHandle()));
        Map<Integer, ProcessHandle> workers = new TreeMap<>();
        for (ProcessHandle each : all) {
            if (runs(each, WorkerMain.class)) {
                String number = environment(each).get("JFT_RANK");
                if (number != null) {
                    workers.put(Integer.parseInt(number), each);
                }
            }
        }
        return workers;
    }

    Optional<ProcessHandle> coordinator() {
        return job.workers().stream().filter(each -> runs(each, JftCoordinator.class)).findFirst();
    }

    void kill(int number) {
        alive().get(number).destroyForcibly();
    }

    /** Sends a signal, such as STOP. */
    static void signal(ProcessHandle process, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts another worker, as somebody would on a host that has become free. */
    void join(int number, Path output) {
        ProcessHandle peer = alive().values().iterator().next();
        ProcessBuilder builder =
                new ProcessBuilder(split(peer, "cmdline"))
                        .directory(output.getParent().toFile())
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                        .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment(peer));
        builder.environment().put("JFT_RANK", String.valueOf(number));
        builder.environment().put("JFT_LOCAL_RANK", String.valueOf(number));
        builder.environment().put("JFT_WORLD_SIZE", String.valueOf(number + 1));
        try {
            joined.add(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns those that joined. */
    List<Process> joined() {
        return joined;
    }

    private static boolean runs(ProcessHandle process, Class<?> main) {
        return split(process, "cmdline").contains(main.getName());
    }

    private static Map<String, String> environment(ProcessHandle process) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String each : split(process, "environ")) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                environment.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return environment;
    }

    /** Reads what the kernel knows of a process; nothing of one that has ended. */
    private static List<String> split(ProcessHandle process, String what) {
        try {
            return List.of(
                    Files.readString(Path.of("/proc/" + process.pid() + "/" + what)).split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
