package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Locale;
import org.jft.core.failure.ConfigException;

/**
 * Which rows of a data set take part: a share, written {@code 10%}, or a number of rows, written
 * {@code 30M}, {@code 250k} or {@code 1000}. Subsets of one seed nest, shares and counts alike:
 * every row of a smaller one is in each larger one.
 */
public sealed interface Subset permits Subset.Share, Subset.Count {
    /** Every row. */
    Subset ALL = new Share(BigDecimal.valueOf(100));

    /**
     * A share of the rows.
     *
     * @param percent in (0, 100], kept decimal so that {@code 0.1%} stays exact
     */
    record Share(BigDecimal percent) implements Subset {
        public Share {
            check(
                    percent.signum() > 0 && percent.compareTo(BigDecimal.valueOf(100)) <= 0,
                    "a subset lies above 0%% and at most at 100%%: %s%%",
                    percent.toPlainString());
            percent = percent.stripTrailingZeros();
        }

        @Override
        public double expectedRows(long rowCount) {
            return percent.doubleValue() / 100 * rowCount;
        }

        @JsonValue
        @Override
        public String toString() {
            return percent.toPlainString() + "%";
        }
    }

    /**
     * A number of rows.
     *
     * @param rows at least 1
     */
    record Count(long rows) implements Subset {
        private static final long THOUSAND = 1000;
        private static final long MILLION = 1_000_000;

        public Count {
            check(rows > 0, "a subset has at least one row: %s", rows);
        }

        @Override
        public double expectedRows(long rowCount) {
            return rows;
        }

        @JsonValue
        @Override
        public String toString() {
            if (rows % MILLION == 0) {
                return rows / MILLION + "M";
            }
            return rows % THOUSAND == 0 ? rows / THOUSAND + "k" : Long.toString(rows);
        }
    }

    /**
     * Parses {@code 10%}, {@code 1.5M}, {@code 250k} or {@code 1000}; a bare number is whole, so
     * that nobody reads 10.0 as ten images.
     */
    static Subset parse(String text) {
        String trimmed = text.trim().toLowerCase(Locale.ROOT);
        String number = trimmed.isEmpty() ? "" : trimmed.substring(0, trimmed.length() - 1).trim();
        try {
            if (trimmed.endsWith("%")) {
                return new Share(new BigDecimal(number));
            } else if (trimmed.endsWith("k")) {
                return new Count(times(number, Count.THOUSAND));
            } else if (trimmed.endsWith("m")) {
                return new Count(times(number, Count.MILLION));
            }
            return new Count(Long.parseLong(trimmed));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ConfigException(
                    "a subset is a percentage like 10%% or a number of rows like 30M, 250k or 1000: '%s'"
                            .formatted(text),
                    e);
        }
    }

    private static long times(String number, long unit) {
        return new BigDecimal(number).multiply(BigDecimal.valueOf(unit)).longValueExact();
    }

    /** Takes what stands in a config, a bare number among it. */
    @JsonCreator
    static Subset ofConfig(Object value) {
        return parse(String.valueOf(value));
    }

    /**
     * Returns how many rows it has of so many: exact for a count, expected for a share, whose draw
     * decides.
     */
    double expectedRows(long rowCount);
}
