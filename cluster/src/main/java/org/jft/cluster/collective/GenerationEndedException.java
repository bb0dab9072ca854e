package org.jft.cluster.collective;

import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The members of the job are about to change: this collective can only be closed, and the workers
 * meet again. The message says why, and names who was lost.
 */
public final class GenerationEndedException extends JftException {
    private static final long serialVersionUID = 1L;

    public GenerationEndedException(String message) {
        super(Category.RETRY, message);
    }
}
