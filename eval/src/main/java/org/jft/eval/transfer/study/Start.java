package org.jft.eval.transfer.study;

import java.util.Locale;

/** What weights a network has before it is put to a target. */
public enum Start {
    PRETRAINED,
    RANDOM;

    /** In file names and tables. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
