package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The workers of a run and how they talk.
 *
 * @param workers worker processes; {@code --workers} overrides it
 * @param timeoutSeconds longest wait for a silent peer, such as one that writes a checkpoint,
 *     before the run stops and names it; a dead one is noticed in seconds
 * @param heapMegabytes Java heap of one worker; 0 means the command's own -Xmx, else a share
 */
public record ClusterConfig(Integer workers, Integer timeoutSeconds, int heapMegabytes) {
    public ClusterConfig {
        workers = workers == null ? 1 : workers;
        timeoutSeconds = timeoutSeconds == null ? 300 : timeoutSeconds;
        check(workers > 0, "cluster.workers must be positive: %s", workers);
        check(timeoutSeconds > 0, "cluster.timeout_seconds must be positive: %s", timeoutSeconds);
        check(heapMegabytes >= 0, "cluster.heap_megabytes must not be negative");
    }

    static ClusterConfig defaults() {
        return new ClusterConfig(null, null, 0);
    }
}
