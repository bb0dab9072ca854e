package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jft.core.engine.cuda.driver.Arguments;
import org.jft.core.engine.cuda.driver.Arguments.Kind;

/** The signatures of our kernels, read off their sources. */
final class Catalogue {
    private static final Pattern KERNEL =
            Pattern.compile("^KERNEL\\s+(\\w+)\\(([^)]*)\\)", Pattern.MULTILINE);
    private static final Map<String, Integer> STRUCTURES = Map.of("Sliding", 15, "Resize", 6);

    /** What a kernel takes. */
    record Signature(String name, List<String> parameters) {
        void require(Arguments arguments) {
            List<Kind> given = arguments.kinds();
            if (given.size() != parameters.size()) {
                throw new AssertionError(
                        "%s takes %s, not %s".formatted(name, parameters, arguments));
            }
            for (int i = 0; i < given.size(); i++) {
                String type = parameters.get(i);
                if (given.get(i) != kind(type)) {
                    throw new AssertionError(
                            "%s: argument %s is %s, not %s in %s"
                                    .formatted(name, i, type, given.get(i), arguments));
                }
                if (given.get(i) == Kind.INTS
                        && arguments.words(i).length != (STRUCTURES.get(type) + 1) / 2) {
                    throw new AssertionError("%s: a %s has other fields".formatted(name, type));
                }
            }
        }

        private static Kind kind(String type) {
            if (type.endsWith("*")) {
                return Kind.ADDRESS;
            }
            return switch (type) {
                case "i64" -> Kind.LONG;
                case "int" -> Kind.INT;
                case "float" -> Kind.FLOAT;
                case "double" -> Kind.DOUBLE;
                default -> Kind.INTS;
            };
        }
    }

    private Catalogue() {}

    static Map<String, Signature> read() {
        Map<String, Signature> all = new HashMap<>();
        for (String family : Kernels.FAMILIES) {
            Matcher matcher = KERNEL.matcher(Kernels.text(family));
            while (matcher.find()) {
                List<String> types = new ArrayList<>();
                for (String parameter : matcher.group(2).split(",")) {
                    types.add(parameter.strip().replaceAll("^const ", "").replaceAll(" \\w+$", ""));
                }
                all.put(matcher.group(1), new Signature(matcher.group(1), types));
            }
        }
        return all;
    }
}
