package org.jft.cluster.transport;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** This process has no streams any more; it was stopped for too long, or the driver is gone. */
public final class DriverLostException extends JftException {
    private static final long serialVersionUID = 1L;

    DriverLostException(String message, Throwable cause) {
        super(Category.ABORT_RUN, message, cause);
    }
}
