package org.jft.train.loop;

/**
 * A flat gradient, cut from its end: backward comes to the last layers first. Bucket 0 ends the
 * vector; the last one begins it and may be smaller. All ranks cut alike.
 *
 * @param length floats of the vector
 * @param size floats of a bucket
 */
record Buckets(int length, int size) {
    /** Cuts every so many megabytes; 0: not at all. */
    static Buckets ofMegabytes(int length, double megabytes) {
        int floats = (int) (megabytes * (1 << 20) / Float.BYTES);
        return new Buckets(length, floats == 0 ? length : Math.min(length, floats));
    }

    int count() {
        return (length + size - 1) / size;
    }

    /** Returns the first float of a bucket. */
    int from(int bucket) {
        return Math.max(0, to(bucket) - size);
    }

    /** Returns the float behind a bucket. */
    int to(int bucket) {
        return length - bucket * size;
    }

    /** Returns the bucket of a float. */
    int of(int index) {
        return (length - 1 - index) / size;
    }
}
