package org.jft.core.config;

import org.jft.core.failure.ConfigException;

/** Preconditions of the config records: a violated rule is a user's error, not a bug. */
final class Checks {
    private Checks() {}

    static void check(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new ConfigException(rule.formatted(values));
        }
    }
}
