package org.jft.cluster.preflight;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Something a run would suffer from.
 *
 * @param stops whether the run cannot go on with it; else it is a warning
 * @param sentence what is wrong, with numbers, and the fix
 */
public record Finding(boolean stops, String sentence) {
    static Finding failure(String format, Object... values) {
        return new Finding(true, format.formatted(values));
    }

    static Finding warning(String format, Object... values) {
        return new Finding(false, format.formatted(values));
    }

    /**
     * Says the warnings, and stops when there is a failure.
     *
     * @throws JftException with the sentences of all failures
     */
    public static void heed(List<Finding> findings, Consumer<String> warnings) {
        findings.stream().filter(f -> !f.stops()).map(Finding::sentence).forEach(warnings);
        List<Finding> failures = findings.stream().filter(Finding::stops).toList();
        if (!failures.isEmpty()) {
            throw new JftException(
                    Category.ABORT_RUN,
                    failures.stream().map(Finding::sentence).collect(Collectors.joining("; ")));
        }
    }

    /** "warning: ..." or "failure: ...". */
    @Override
    public String toString() {
        return (stops ? "failure: " : "warning: ") + sentence;
    }
}
