package org.jft.core.engine.cuda.driver;

/**
 * NCCL: groups of GPUs that sum vectors. Loads when it is first asked, so that a run without it
 * needs no library.
 *
 * <p>One process of the group asks for an id and hands it to the others by its own means. Then each
 * of them, that one too, joins with the id, a rank of its own and a GPU of its own.
 */
public interface Nccl {
    /** Bytes of an id. */
    int ID_BYTES = 128;

    /**
     * Draws the id of a new group, {@link #ID_BYTES} long; it serves one group only.
     *
     * @throws org.jft.core.failure.ConfigException if NCCL does not load; says why
     * @throws CudaException if NCCL refuses
     */
    byte[] communicatorId();

    /**
     * Joins a group. Blocks until all of its ranks have called, without a limit of its own.
     *
     * @param gpu of this rank, no other's; becomes the calling thread's device
     * @param id as {@link #communicatorId} gave it to one of them
     * @param rank from 0, each once
     * @param size ranks of the group
     * @throws org.jft.core.failure.ConfigException if NCCL does not load; says why
     * @throws CudaException if NCCL refuses
     */
    Communicator communicator(Gpu gpu, byte[] id, int rank, int size);
}
