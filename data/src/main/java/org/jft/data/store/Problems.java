package org.jft.data.store;

import org.jft.core.failure.CorruptDataException;

/** What is wrong with a listed file, in the same words wherever it lies. */
final class Problems {
    private Problems() {}

    static CorruptDataException missing(String location, Throwable cause) {
        return new CorruptDataException(location, "missing", cause);
    }

    static CorruptDataException missingThoughListed(String location, Throwable cause) {
        return new CorruptDataException(location, "missing, but manifest.json lists it", cause);
    }

    /** Throws unless the sizes are equal. */
    static void checkSize(String location, long bytes, long expectedBytes) {
        if (bytes != expectedBytes) {
            throw new CorruptDataException(
                    location,
                    "%s: has %,d bytes, manifest.json says %,d"
                            .formatted(
                                    bytes < expectedBytes ? "truncated" : "altered",
                                    bytes,
                                    expectedBytes),
                    null);
        }
    }

    static CorruptDataException vanished(String location, Throwable cause) {
        return new CorruptDataException(location, "vanished while in use", cause);
    }

    static CorruptDataException truncated(String location, long left, long opened) {
        return new CorruptDataException(
                location,
                "truncated while in use: %,d of %,d bytes are left".formatted(left, opened),
                null);
    }

    static CorruptDataException changed(String location, String how, Throwable cause) {
        return new CorruptDataException(location, "changed while in use: " + how, cause);
    }
}
