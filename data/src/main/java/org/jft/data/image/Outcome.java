package org.jft.data.image;

/**
 * Whether an image became pixels. Bad images are part of every large data set: a result, not an
 * exception.
 *
 * @param problem why it did not, in a few words on one line; null when it did
 */
public record Outcome(String problem) {
    static final Outcome GOOD = new Outcome(null);

    static Outcome bad(String problem) {
        return new Outcome(problem);
    }

    /** Returns whether the slot holds the image. */
    public boolean good() {
        return problem == null;
    }
}
