package org.jft.data.store;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** A file that cannot be read from here, though nothing says that it is wrong. */
public class StoreException extends JftException {
    /**
     * Names the file.
     *
     * @param location a path or an address such as {@code s3://bucket/key}
     */
    public StoreException(String location, String problem, Throwable cause) {
        super(Category.ABORT_RANK, "%s: %s".formatted(location, problem), cause);
    }
}
