package org.jft.core.failure;

/** What may be done about a failure. */
public enum Category {
    /** The same call may succeed later; nothing is lost. */
    RETRY,
    /** This worker cannot go on; the others may, without it. */
    ABORT_RANK,
    /** The run cannot go on anywhere: wrong input, diverged, corrupt. */
    ABORT_RUN
}
