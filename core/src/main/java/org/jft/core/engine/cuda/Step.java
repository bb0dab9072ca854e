package org.jft.core.engine.cuda;

import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.Stream;

/** A piece of a task as it is compiled, without a GPU: what to run, over which places. */
interface Step {
    /** The piece, ready to be put into a stream again and again. */
    interface Work {
        /** Enqueues. */
        void enqueue(Stream stream);
    }

    /**
     * Makes it ready: finds its code on a device.
     *
     * @param addresses of places; memory is there
     */
    Work prepare(Device device, ToLongFunction<Place> addresses);
}
