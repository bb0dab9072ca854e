package org.jft.core.failure;

import static java.util.Objects.requireNonNull;

/**
 * The world's fault, not the caller's: a file, a rank, a number. The message is one sentence that
 * names it; a command prints that sentence and exits 1 (2 for {@link ConfigException}).
 */
public class JftException extends RuntimeException {
    private final Category category;

    public JftException(Category category, String message) {
        this(category, message, null);
    }

    public JftException(Category category, String message, Throwable cause) {
        super(message, cause);
        this.category = requireNonNull(category, "category");
    }

    /** Returns the exit code of a command that ends with it. */
    public int exitCode() {
        return 1;
    }

    /** Returns what may be done about it. */
    public Category category() {
        return category;
    }
}
