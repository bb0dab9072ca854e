package org.jft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
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

    /** Throws on the first unknown key, naming it and the nearest valid one. */
    static void check(JsonNode tree, Class<?> type) {
        check(tree, type, "");
    }

    private static void check(JsonNode tree, Class<?> type, String prefix) {
        Map<String, Class<?>> known = new TreeMap<>();
        Arrays.stream(type.getRecordComponents())
                .forEach(part -> known.put(name(part), part.getType()));
        for (Iterator<String> keys = tree.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            Class<?> component = known.get(key);
            if (component == null) {
                throw new ConfigException(
                        "unknown key '%s%s'; the nearest valid key is '%s%s'"
                                .formatted(prefix, key, prefix, Nearest.to(key, known.keySet())));
            }
            JsonNode value = tree.get(key);
            if (component.isRecord() && value.isObject()) {
                check(value, component, prefix + key + ".");
            }
        }
    }

    private static String name(RecordComponent component) {
        return SNAKE_CASE.translate(component.getName());
    }
}
