package org.jft.core.failure;

import java.nio.file.Path;

/** A file that is truncated, altered or not what its name says; the message names it. */
public class CorruptDataException extends JftException {
    public CorruptDataException(Path file, String problem) {
        this(file, problem, null);
    }

    public CorruptDataException(Path file, String problem, Throwable cause) {
        super(Category.ABORT_RUN, "%s: %s".formatted(file, problem), cause);
    }
}
