package org.jft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jft.core.failure.ConfigException;

/**
 * Finds keys that no record has. Done before binding: a record's own checks would otherwise
 * complain about the value that is missing because its key is misspelt.
 */
final class Keys {
    private static final SnakeCaseStrategy SNAKE_CASE = new SnakeCaseStrategy();

    private Keys() {}

    /**
     * Throws on the first unknown key, naming it and the nearest valid one; in lists and maps, too.
     */
    static void check(JsonNode tree, Class<?> type) {
        check(tree, type, "");
    }

    private static void check(JsonNode tree, Class<?> type, String prefix) {
        Map<String, RecordComponent> known = new TreeMap<>();
        Arrays.stream(type.getRecordComponents()).forEach(part -> known.put(name(part), part));
        for (Iterator<String> keys = tree.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            RecordComponent component = known.get(key);
            if (component == null) {
                throw new ConfigException(
                        "unknown key '%s%s'; the nearest valid key is '%s%s'"
                                .formatted(prefix, key, prefix, Nearest.to(key, known.keySet())));
            }
            JsonNode value = tree.get(key);
            if (component.getType().isRecord() && value.isObject()) {
                check(value, component.getType(), prefix + key + ".");
            }
            Class<?> element = recordsIn(component, List.class);
            for (int i = 0; element != null && i < value.size(); i++) {
                check(value.get(i), element, "%s%s[%s].".formatted(prefix, key, i));
            }
            Class<?> named = recordsIn(component, Map.class);
            Iterator<String> names =
                    named == null ? List.<String>of().iterator() : value.fieldNames();
            while (names.hasNext()) {
                String name = names.next();
                check(value.get(name), named, "%s%s.%s.".formatted(prefix, key, name));
            }
        }
    }

    /** Returns the record that a list or a map is of, null if the component is no such thing. */
    private static Class<?> recordsIn(RecordComponent component, Class<?> container) {
        if (component.getGenericType() instanceof ParameterizedType type
                && type.getRawType() == container) {
            Type[] arguments = type.getActualTypeArguments();
            Type last = arguments[arguments.length - 1];
            return last instanceof Class<?> element && element.isRecord() ? element : null;
        }
        return null;
    }

    private static String name(RecordComponent component) {
        return SNAKE_CASE.translate(component.getName());
    }
}
