package org.jft.core.engine.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/** Things that are closed together, the last made first, all of them even if something fails. */
final class Scope implements AutoCloseable {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    /** Keeps something that is closed with the scope. */
    <T extends AutoCloseable> T own(T made) {
        owned.push(made);
        return made;
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                RuntimeException own =
                        e instanceof RuntimeException known ? known : new IllegalStateException(e);
                if (failure == null) {
                    failure = own;
                } else {
                    failure.addSuppressed(own);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
