package org.jft.data.cli;

import org.jft.core.failure.ConfigException;

/** Shares on the command line: written 10%, so that nobody reads 10 as ten images. */
final class Shares {
    private Shares() {}

    /** Returns the share in [0, 1]. */
    static double parse(String option, String text) {
        String trimmed = text.trim();
        if (trimmed.endsWith("%")) {
            try {
                double percent = Double.parseDouble(trimmed.substring(0, trimmed.length() - 1));
                if (percent >= 0 && percent <= 100) {
                    return percent / 100;
                }
            } catch (NumberFormatException ignored) {
                // falls through to the sentence below
            }
        }
        throw new ConfigException(
                "%s takes a percentage between 0%% and 100%%, like 10%%: '%s'"
                        .formatted(option, text));
    }
}
