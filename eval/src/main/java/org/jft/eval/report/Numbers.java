package org.jft.eval.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them; independent of the machine's locale. */
final class Numbers {
    private static final String MINUS = "\u2212";

    private Numbers() {}

    /** Three digits and a unit: 300, 1.5K, 14M, 1.28B. */
    static String count(double n) {
        String[] units = {"", "K", "M", "B", "T"};
        double rounded = new BigDecimal(n).round(new MathContext(3)).doubleValue();
        int unit = 0;
        while (rounded >= 1000 && unit < units.length - 1) {
            rounded /= 1000;
            unit++;
        }
        return plain(rounded) + units[unit];
    }

    /** Every digit, in groups of three. */
    static String grouped(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A fixed number of decimals, with a true minus sign and no negative zero. */
    static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
        return text.replace("-", zero ? "" : MINUS);
    }

    /** Some significant digits, with an exponent only where that is shorter to read. */
    static String significant(double value, int digits) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : "n/a";
        }
        double size = Math.abs(value);
        if (size >= 1e6 || size < 1e-4) {
            return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value)
                    .replaceAll("e([+-])0*(\\d)", "e$1$2")
                    .replace("e+", "e")
                    .replace("-", MINUS);
        }
        String text = plain(new BigDecimal(value).round(new MathContext(digits)).doubleValue());
        return text.replace("-", MINUS);
    }

    /** 3 h 20 min, 4 min 05 s, 12.3 s. */
    static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "not known";
        }
        if (seconds < 60) {
            return fixed(seconds, 1) + " s";
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** The shortest decimal without an exponent. */
    static String plain(double value) {
        String text = BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
        return value == 0 ? "0" : text;
    }
}
