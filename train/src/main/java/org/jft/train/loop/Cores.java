package org.jft.train.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jft.core.failure.ConfigException;

/**
 * The processors this process may use, dealt out to workers in rank order: rank r with t threads
 * gets those at r t to r t + t - 1, one a thread.
 *
 * @param allowed numbers as the kernel counts them, ascending; with gaps where a container or a
 *     batch system has given this process a part of the machine
 */
record Cores(List<Integer> allowed) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    /** OpenMP's variable that says a process's threads are bound, and where. */
    static final String PLACES = "OMP_PLACES";

    Cores {
        allowed = List.copyOf(allowed);
    }

    /** Asks the kernel. */
    static Cores ofThisProcess() {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(ALLOWED))
                    .map(line -> parse(line.substring(ALLOWED.length())))
                    .findFirst()
                    .orElseThrow(() -> new ConfigException(unknown("no " + ALLOWED)));
        } catch (IOException e) {
            throw new ConfigException(unknown(e.getMessage()), e);
        }
    }

    private static String unknown(String why) {
        return "engine.affinity=CORES needs to know this process's cores, but %s: %s"
                .formatted(STATUS, why);
    }

    /** Reads the kernel's list format, such as {@code 0-3,8,10-11}. */
    static Cores parse(String list) {
        List<Integer> allowed = new ArrayList<>();
        for (String part : list.strip().split(",")) {
            String[] ends = part.split("-");
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
                allowed.add(cpu);
            }
        }
        return new Cores(allowed);
    }

    /**
     * Returns the OpenMP variables that bind a worker's threads. They must be there when the
     * process starts: libgomp reads them as it loads.
     */
    Map<String, String> environment(int rank, int workers, int threads) {
        if ((long) workers * threads > allowed.size()) {
            throw new ConfigException(
                    "engine.affinity=CORES wants %s x %s cores (workers x threads), but this process may use %s; lower cluster.workers or engine.threads, or leave engine.affinity at none"
                            .formatted(workers, threads, allowed.size()));
        }
        String places =
                allowed.subList(rank * threads, (rank + 1) * threads).stream()
                        .map(cpu -> "{" + cpu + "}")
                        .collect(Collectors.joining(","));
        return Map.of(PLACES, places, "OMP_PROC_BIND", "close");
    }
}
