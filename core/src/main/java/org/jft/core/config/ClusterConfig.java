package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The workers of a run and how they talk.
 *
 * @param workers worker processes; {@code --workers} overrides it
 * @param timeoutSeconds longest wait for a peer before the run stops and names it
 * @param heapMegabytes Java heap of one worker; 0 means computed from the machine
 */
public record ClusterConfig(int workers, int timeoutSeconds, int heapMegabytes) {
    public ClusterConfig {
        workers = workers == 0 ? 1 : workers;
        timeoutSeconds = timeoutSeconds == 0 ? 60 : timeoutSeconds;
        check(workers > 0, "cluster.workers must be positive: %s", workers);
        check(timeoutSeconds > 0, "cluster.timeout_seconds must be positive: %s", timeoutSeconds);
        check(heapMegabytes >= 0, "cluster.heap_megabytes must not be negative");
    }

    static ClusterConfig defaults() {
        return new ClusterConfig(0, 0, 0);
    }
}
