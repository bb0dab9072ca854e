package org.jft.data.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jft.data.taxonomy.Taxonomy;

/**
 * A class whose name hardly says what is in its pictures: junk that came with tags from the web.
 *
 * @param id of the class
 * @param reason why, in a few words
 */
public record DoubtfulName(int id, String reason) {
    private static final Pattern ADDRESS =
            Pattern.compile("://|^www\\.|@.+\\.|\\.(com|net|org)$", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE =
            Pattern.compile(
                    "\\.(jpe?g|png|gif|bmp|webp|tiff?|svg|html?|php)$|^(img|dsc|dscn|dscf|pict?)[ _-]?\\d+$",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern CODE = Pattern.compile("0x[0-9a-f]+|[{}<>]|\\w\\(|&\\w+;");
    private static final int LONGEST = 60;

    /** Looks through all names, ids ascending. */
    static List<DoubtfulName> of(Taxonomy taxonomy) {
        List<DoubtfulName> found = new ArrayList<>();
        Map<String, String> firstOfKey = new HashMap<>();
        for (int id = 0; id < taxonomy.size(); id++) {
            String name = taxonomy.name(id);
            String twin = firstOfKey.putIfAbsent(key(name), name);
            Optional<String> reason =
                    twin == null ? reason(name) : Optional.of("reads like '%s'".formatted(twin));
            if (reason.isPresent()) {
                found.add(new DoubtfulName(id, reason.get()));
            }
        }
        return found;
    }

    private static Optional<String> reason(String name) {
        if (name.codePoints().noneMatch(Character::isLetter)) {
            return Optional.of("no letters");
        } else if (ADDRESS.matcher(name).find()) {
            return Optional.of("an address");
        } else if (FILE.matcher(name).find()) {
            return Optional.of("a file's name");
        } else if (CODE.matcher(name).find()) {
            return Optional.of("program text");
        } else if (name.length() == 1 && name.charAt(0) < 0x250) { // one sign can be a whole word
            return Optional.of("a single letter");
        } else if (name.length() > LONGEST) {
            return Optional.of("a sentence rather than a name");
        }
        return Optional.empty();
    }

    /** Equal for names that differ in case, spaces, hyphens and a plural s only. */
    private static String key(String name) {
        String letters =
                name.toLowerCase(Locale.ROOT).replaceAll("[\\s_'-]+", "").replaceAll("s$", "");
        return letters.isEmpty() ? name : letters;
    }
}
