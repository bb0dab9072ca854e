package org.jft.data.archive;

import java.io.IOException;

/** An archive that cannot be read further; the message says where and why, without the file. */
public final class BrokenArchiveException extends IOException {
    BrokenArchiveException(String problem) {
        super(problem);
    }

    BrokenArchiveException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
