package org.jft.core.engine.cuda.driver;

/**
 * One rank of a group of GPUs; {@link Nccl} makes them.
 *
 * <p>All ranks call {@link #sum} equally often, with the same counts in the same order, each on the
 * thread and the device that it joined with. A rank that does not come keeps the others' streams
 * waiting for ever: NCCL knows no time-out, so who starts the processes ends them all when one
 * ends.
 *
 * <p>In a captured stream a sum becomes part of the graph; then all ranks capture it, and launch
 * their graphs equally often. Such graphs are closed before the communicator, whose {@link #close}
 * would wait for that.
 */
public interface Communicator extends AutoCloseable {
    /** Returns this rank, from 0. */
    int rank();

    /** Returns the number of ranks. */
    int size();

    /**
     * Enqueues a sum over all ranks, in place; all end with the same bits.
     *
     * @param address of {@code count} float32 on the device
     * @throws CudaException if NCCL refuses; what fails later, the stream's {@code synchronize}
     *     says
     */
    void sum(long address, long count, Stream stream);

    /**
     * Leaves the group without waiting for the others, and gives up sums that are not done. After a
     * run that ends well, first let all ranks know that all have synchronized their streams: others
     * may still read from this GPU. Idempotent.
     */
    @Override
    void close();
}
