package org.jft.bench;

/** One side of a comparison: work that can be repeated. */
@FunctionalInterface
public interface Contender {
    /** Works for one round and returns its rate: units of work a second, more being better. */
    double round() throws InterruptedException;
}
