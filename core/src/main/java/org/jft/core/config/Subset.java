package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import org.jft.core.failure.ConfigException;

/**
 * A share of a data set, written {@code 10%}. Subsets nest: every row of a smaller share is in each
 * larger one (same seed).
 *
 * @param percent in (0, 100], kept decimal so that {@code 0.1%} stays exact
 */
public record Subset(BigDecimal percent) implements Comparable<Subset> {
    /** Every row. */
    public static final Subset ALL = new Subset(BigDecimal.valueOf(100));

    public Subset {
        check(
                percent.signum() > 0 && percent.compareTo(BigDecimal.valueOf(100)) <= 0,
                "a subset lies above 0%% and at most at 100%%: %s%%",
                percent.toPlainString());
        percent = percent.stripTrailingZeros();
    }

    /** Parses {@code 10%}; the sign is required, so that nobody reads 10 as ten images. */
    public static Subset parse(String text) {
        String trimmed = text.trim();
        check(trimmed.endsWith("%"), "a subset is a percentage like 10%%: '%s'", text);
        try {
            return new Subset(new BigDecimal(trimmed.substring(0, trimmed.length() - 1).trim()));
        } catch (NumberFormatException e) {
            throw new ConfigException(
                    "a subset is a percentage like 10%%: '%s'".formatted(text), e);
        }
    }

    /** Takes what stands in a config, a number without its sign among it, to the same sentence. */
    @JsonCreator
    static Subset ofConfig(Object value) {
        return parse(String.valueOf(value));
    }

    /** Returns the share in (0, 1]. */
    public double fraction() {
        return percent.doubleValue() / 100;
    }

    @Override
    public int compareTo(Subset other) {
        return percent.compareTo(other.percent);
    }

    @JsonValue
    @Override
    public String toString() {
        return percent.toPlainString() + "%";
    }
}
