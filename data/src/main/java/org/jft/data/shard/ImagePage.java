package org.jft.data.shard;

import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * A page of a Parquet file that others wrote, with images in it.
 *
 * @param position where its values begin in the file, bytes; levels that lie outside of the
 *     compression are before
 * @param storedBytes what they take there
 * @param bytes what they are decompressed
 */
record ImagePage(long position, int storedBytes, int bytes, CompressionCodecName codec) {
    /** What it takes in an index file. */
    static final int ENCODED_BYTES = Long.BYTES + 3 * Integer.BYTES;
}
