package org.jft.core.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jft.core.failure.JftException;

/** Says what went wrong in one sentence that a user can act on. */
final class FailureSentence {
    private FailureSentence() {}

    static String of(Throwable failure) {
        if (failure instanceof JftException) {
            return failure.getMessage();
        }
        if (isWrapper(failure) && failure.getCause() != null) {
            return of(failure.getCause());
        }
        if (failure instanceof IOException io) {
            return ofIo(io);
        }
        if (failure instanceof InterruptedException) {
            return "interrupted";
        }
        return "internal error, please report it with the output of --stacktrace: %s"
                .formatted(failure);
    }

    private static boolean isWrapper(Throwable failure) {
        return failure instanceof UncheckedIOException
                || failure instanceof ExecutionException
                || failure instanceof CompletionException;
    }

    private static String ofIo(IOException io) {
        if (String.valueOf(io.getMessage()).contains("No space left on device")) {
            return "the disk is full: %s".formatted(io.getMessage());
        }
        if (io instanceof NoSuchFileException missing) {
            return "%s: no such file or folder".formatted(missing.getFile());
        }
        if (io instanceof AccessDeniedException denied) {
            return "%s: permission denied".formatted(denied.getFile());
        }
        if (io instanceof FileAlreadyExistsException exists) {
            return "%s: exists already".formatted(exists.getFile());
        }
        if (io instanceof FileSystemException || io instanceof FileNotFoundException) {
            return io.getMessage();
        }
        return "%s: %s".formatted(io.getClass().getSimpleName(), io.getMessage());
    }
}
