package org.jft.cluster.launch;

import java.util.Optional;

/**
 * How a launch ended.
 *
 * @param exitCode for the launcher's own process: 0, or 2 when the failing worker said that its
 *     command line or configuration cannot be run, else 1
 * @param failure the worker that failed first; empty when all ended well
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
