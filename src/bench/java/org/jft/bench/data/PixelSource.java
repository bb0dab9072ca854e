package org.jft.bench.data;

/** One side: turns files into slots of a batch. One thread owns it. */
interface PixelSource extends AutoCloseable {
    /**
     * Decodes one file, crops at random, resizes, mirrors at random.
     *
     * @param jpeg a whole file
     * @param row decides the draws
     */
    void decode(byte[] jpeg, long row);

    @Override
    void close();
}
