package org.jft.core.engine.cuda.driver;

/** Work that was captured from a stream, to be launched as one; see {@link Stream#endCapture}. */
public interface Graph extends AutoCloseable {
    @Override
    void close();
}
