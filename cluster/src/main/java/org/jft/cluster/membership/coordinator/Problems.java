package org.jft.cluster.membership.coordinator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Passes problems on, each once: Aeron tells again and again that a node is not there. Thread-safe.
 */
final class Problems {
    private static final int MAX_DIFFERENT = 100;

    private final Consumer<String> log;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Problems(Consumer<String> log) {
        this.log = log;
    }

    void report(Throwable problem) {
        String sentence = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        if (told.size() < MAX_DIFFERENT && told.add(sentence)) {
            log.accept(sentence);
        }
    }
}
