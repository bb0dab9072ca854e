package org.jft.core.engine.cuda;

import org.jft.core.failure.ConfigException;

/** Which GPU a worker takes, of those that its process sees. */
final class GpuChoice {
    private GpuChoice() {}

    /**
     * Returns the GPU of a worker. The only one is taken whatever the worker's number: where Slurm
     * or Kubernetes show each worker a GPU of its own, each sees it as number 0.
     *
     * @param first engine.device
     * @param localRank which worker of the host it is, from 0
     * @param seen GPUs that the process sees
     * @throws ConfigException if there is none for it
     */
    static int gpuOf(int first, int localRank, int seen) {
        requireFirst(first, seen);
        if (first == 0 && seen == 1) {
            return 0;
        }
        if (first + localRank >= seen) {
            throw new ConfigException(
                    "engine.name=cuda: the worker with local rank %d would take GPU %d, but sees %d of them; start at most %d a host, or show each a GPU of its own (CUDA_VISIBLE_DEVICES)"
                            .formatted(localRank, first + localRank, seen, seen - first));
        }
        return first + localRank;
    }

    /**
     * Checks that workers which see the same GPUs have one each.
     *
     * @throws ConfigException if there are too few
     */
    static void requireGpus(int first, int workers, int seen) {
        requireFirst(first, seen);
        if (first + workers > seen) {
            throw new ConfigException(
                    "cluster.workers=%d: each takes a GPU of its own, and from engine.device=%d on there are %d here; set cluster.workers=%d"
                            .formatted(workers, first, seen - first, seen - first));
        }
    }

    private static void requireFirst(int first, int seen) {
        if (first >= seen) {
            throw new ConfigException(
                    "engine.device: there is no GPU %d, this process sees %d of them"
                            .formatted(first, seen));
        }
    }
}
