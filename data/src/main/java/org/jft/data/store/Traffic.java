package org.jft.data.store;

/**
 * What was read through a {@link Storage} since it was opened; all zero for a folder.
 *
 * @param fetchedBytes came over the network, whole responses only
 * @param cacheHits reads that the disk cache answered
 * @param retries requests that failed and were sent again
 */
public record Traffic(long fetchedBytes, long cacheHits, long retries) {
    static final Traffic NONE = new Traffic(0, 0, 0);
}
