package org.jft.cluster.protocol;

/** What a frame belongs to. Codes are part of the wire format: append, never reorder. */
public enum FrameKind {
    /** A piece of a vector that is being summed. */
    ALL_REDUCE("all-reduce"),
    /** A piece of one rank's vector on its way to all. */
    BROADCAST("broadcast"),
    /** One number of one rank. */
    ALL_GATHER("all-gather"),
    /** Like {@link #ALL_GATHER}; nobody looks at the number. */
    BARRIER("barrier"),
    /** An {@link Announcement}. */
    ANNOUNCE("announcement"),
    /** An {@link AbortNotice}: the sender gave up and sends nothing more. */
    ABORT("abort"),
    /** A piece of a vector of whose sum each rank gets a segment. */
    REDUCE_SCATTER("reduce-scatter"),
    /** A piece of one rank's segment of a vector on its way to all. */
    VECTOR_ALL_GATHER("all-gather of a vector");

    private static final FrameKind[] KINDS = values();

    private final String label;

    FrameKind(String label) {
        this.label = label;
    }

    short code() {
        return (short) (ordinal() + 1);
    }

    /** Returns the kind of a code, or null when no kind has it. */
    static FrameKind of(short code) {
        return 1 <= code && code <= KINDS.length ? KINDS[code - 1] : null;
    }

    @Override
    public String toString() {
        return label;
    }
}
