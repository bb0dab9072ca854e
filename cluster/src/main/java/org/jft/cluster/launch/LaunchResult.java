package org.jft.cluster.launch;

import java.util.Optional;

/**
 * How a launch ended.
 *
 * @param exitCode for the launcher's own process: 0; 2 when the failing worker said that its
 *     command line or configuration cannot be run; 143 when none failed, but some were told to end
 *     (SIGTERM) and the run is not complete; else 1
 * @param failure the worker that failed first, or else was told to end first; empty when all ended
 *     well
 */
public record LaunchResult(int exitCode, Optional<Failure> failure) {
    /**
     * The worker to blame.
     *
     * @param how for instance "exited with code 1" or "was killed by signal 9 (SIGKILL)"
     */
    public record Failure(int rank, String how) {
        @Override
        public String toString() {
            return "rank %d %s".formatted(rank, how);
        }
    }
}
