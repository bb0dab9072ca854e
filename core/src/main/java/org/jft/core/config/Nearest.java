package org.jft.core.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a user most likely meant by a word that is not known. */
public final class Nearest {
    private Nearest() {}

    /** Returns the known word with the fewest edits from {@code word}; the first of several. */
    public static String to(String word, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .orElse("?");
    }

    /** The same, but nothing when even the nearest would need most letters changed. */
    public static Optional<String> likely(String word, Collection<String> known) {
        return known.isEmpty()
                ? Optional.empty()
                : Optional.of(to(word, known))
                        .filter(near -> distance(word, near) <= Math.max(2, word.length() / 3));
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
