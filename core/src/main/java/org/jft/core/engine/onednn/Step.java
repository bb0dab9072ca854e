package org.jft.core.engine.onednn;

import java.util.List;
import java.util.function.ToLongFunction;

/** A part of a kernel: a primitive, or a few lines of Java between primitives. */
interface Step {
    /** Learns the addresses of its arguments; called before the first run and when they change. */
    void bind(ToLongFunction<Place> addresses);

    /** Runs. */
    void run();

    /** Returns the names of oneDNN's code that it runs. */
    default List<String> implementations() {
        return List.of();
    }
}
