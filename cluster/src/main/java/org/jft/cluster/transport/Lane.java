package org.jft.cluster.transport;

/** What a stream is sized for. Two ranks may be joined by one stream of each. */
public enum Lane {
    /** Few small frames, at most {@link #CONTROL_FRAME_LENGTH} bytes each: small buffers. */
    CONTROL,
    /** Gradients and parameters: the transport's largest frames and deepest buffers. */
    BULK;

    /** Frames of at least this many bytes pass on every lane of every transport. */
    public static final int CONTROL_FRAME_LENGTH = 1024;
}
