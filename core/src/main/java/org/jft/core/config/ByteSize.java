package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jft.core.failure.ConfigException;

/** A number of bytes, written {@code 100GB} (powers of 1000), {@code 8MiB} (of 1024) or bare. */
public record ByteSize(long bytes) {
    private static final Pattern WRITTEN =
            Pattern.compile(
                    "([0-9]+(?:\\.[0-9]+)?) ?(?:([KMGT])(i?))?B?", Pattern.CASE_INSENSITIVE);
    private static final List<String> PREFIXES = List.of("K", "M", "G", "T");
    private static final int BINARY = 1024;

    public ByteSize {
        check(bytes > 0, "a size is at least one byte: %s", bytes);
    }

    /** Parses {@code 100GB}, {@code 1.5GiB}, {@code 8MiB} or {@code 4096}. */
    public static ByteSize parse(String text) {
        Matcher written = WRITTEN.matcher(text.trim());
        try {
            if (written.matches()) {
                return new ByteSize(
                        new BigDecimal(written.group(1)).multiply(unit(written)).longValueExact());
            }
        } catch (ArithmeticException ignored) {
            // half a byte, or more of them than a long counts
        }
        throw new ConfigException(
                "a size is a number of bytes like 100GB, 8MiB or 4096: '%s'".formatted(text));
    }

    private static BigDecimal unit(Matcher written) {
        String prefix = written.group(2);
        if (prefix == null) {
            return BigDecimal.ONE;
        }
        int base = written.group(3).isEmpty() ? 1000 : BINARY;
        return BigDecimal.valueOf(base).pow(PREFIXES.indexOf(prefix.toUpperCase(Locale.ROOT)) + 1);
    }

    /** Takes what stands in a config, a bare number among it. */
    @JsonCreator
    static ByteSize ofConfig(Object value) {
        return parse(String.valueOf(value));
    }

    /** Returns it with the largest binary unit that keeps it whole. */
    @JsonValue
    @Override
    public String toString() {
        long whole = bytes;
        int unit = 0;
        while (whole % BINARY == 0 && unit < PREFIXES.size()) {
            whole /= BINARY;
            unit++;
        }
        return unit == 0 ? Long.toString(bytes) : whole + PREFIXES.get(unit - 1) + "iB";
    }
}
