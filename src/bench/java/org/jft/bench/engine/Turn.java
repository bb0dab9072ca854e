package org.jft.bench.engine;

/**
 * What a process has measured when it was its turn.
 *
 * @param images how many images it has trained on
 * @param steps in how many steps
 * @param garbageBytes that the working thread has allocated on the Java heap
 * @param peakMebibytes how far the process's memory has grown at its peak since the libraries were
 *     loaded, or null where unknown
 */
record Turn(int images, int steps, double seconds, long garbageBytes, Long peakMebibytes) {
    double imagesPerSecond() {
        return images / seconds;
    }
}
