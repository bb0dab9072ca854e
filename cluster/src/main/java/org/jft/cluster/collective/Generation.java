package org.jft.cluster.collective;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * The time in which the members of a job and their ranks are fixed.
 *
 * @param number travels in every frame; frames of another one are dropped
 * @param ended says why it has ended, in one sentence, and nothing while it lasts; asked in every
 *     turn in which a collective waits
 */
public record Generation(int number, Supplier<Optional<String>> ended) {
    /** Of a job whose members stay: the loss of any ends it. */
    public static final Generation ONLY = new Generation(0, Optional::empty);

    /** Throws if it has ended. */
    void requireLasting() {
        ended.get()
                .ifPresent(
                        reason -> {
                            throw new GenerationEndedException(reason);
                        });
    }
}
