package org.jft.data.ingest;

/** An image that goes to quarantine; the message is the reason, without the file's name. */
public final class UnusableImageException extends Exception {
    UnusableImageException(String reason) {
        super(reason);
    }

    UnusableImageException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
