package org.jft.core.engine;

/** Hears that a range of the flat gradient is final, so that its exchange can start. */
@FunctionalInterface
public interface GradientListener {
    /** For callers that wait for the whole gradient. */
    GradientListener NONE = (offset, length) -> {};

    /**
     * Called on the engine's owner thread.
     *
     * @param offset first element
     * @param length elements
     */
    void onReady(int offset, int length);
}
