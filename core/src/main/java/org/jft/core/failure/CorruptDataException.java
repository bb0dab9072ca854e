package org.jft.core.failure;

import java.nio.file.Path;

/** A file that is truncated, altered or not what its name says; the message names it. */
public class CorruptDataException extends JftException {
    public CorruptDataException(Path file, String problem) {
        this(file, problem, null);
    }

    public CorruptDataException(Path file, String problem, Throwable cause) {
        this(file.toString(), problem, cause);
    }

    /** Names a path or an address such as {@code s3://bucket/key}. */
    public CorruptDataException(String location, String problem) {
        this(location, problem, null);
    }

    /**
     * Names what is not on this machine's file system.
     *
     * @param location a path or an address such as {@code s3://bucket/key}
     */
    public CorruptDataException(String location, String problem, Throwable cause) {
        super(Category.ABORT_RUN, "%s: %s".formatted(location, problem), cause);
    }
}
