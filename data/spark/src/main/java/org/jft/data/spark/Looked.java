package org.jft.data.spark;

import java.io.Serializable;
import org.jft.data.shard.SampleKey;

/**
 * An image that was looked at.
 *
 * @param key of its bytes; null when it cannot be used
 * @param problem why it cannot; null when it can
 */
record Looked(SampleKey key, Copies image, String problem) implements Serializable {
    boolean usable() {
        return problem == null;
    }
}
