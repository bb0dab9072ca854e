package org.jft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
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

    /** Throws on the first unknown key, naming it and the nearest valid one; in lists, too. */
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
            Class<?> element = recordsIn(component);
            for (int i = 0; element != null && i < value.size(); i++) {
                check(value.get(i), element, "%s%s[%s].".formatted(prefix, key, i));
            }
        }
    }

    /** Returns the record that a list is of, null if the component is no such list. */
    private static Class<?> recordsIn(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType list
                        && list.getRawType() == List.class
                        && list.getActualTypeArguments()[0] instanceof Class<?> element
                        && element.isRecord()
                ? element
                : null;
    }

    private static String name(RecordComponent component) {
        return SNAKE_CASE.translate(component.getName());
    }
}
