package org.jft.core.failure;

/** A configuration or command line that cannot be run; a command exits 2 on it. */
public class ConfigException extends JftException {
    public ConfigException(String message) {
        super(Category.ABORT_RUN, message);
    }

    public ConfigException(String message, Throwable cause) {
        super(Category.ABORT_RUN, message, cause);
    }

    @Override
    public int exitCode() {
        return 2;
    }
}
