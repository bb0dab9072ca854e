package org.jft.data.pipeline;

/** What one decoding thread does. Owns its decoder; confined to that thread, which closes it. */
interface SampleReader extends AutoCloseable {
    /**
     * Fills one place of a slot: pixels, row and labels, or a mark that the image is bad.
     *
     * @throws RuntimeException if the store cannot be read
     */
    void read(Slot slot, int place);

    /**
     * Does what needs all samples of a slot. Called once a slot, by the thread that filled its last
     * place; not if one of them failed.
     */
    default void complete(Slot slot) {}

    @Override
    void close();
}
