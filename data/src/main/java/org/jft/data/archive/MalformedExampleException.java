package org.jft.data.archive;

/** Bytes that are no {@code tf.train.Example}, or a feature of another type than expected. */
public final class MalformedExampleException extends Exception {
    MalformedExampleException(String problem) {
        super(problem);
    }
}
