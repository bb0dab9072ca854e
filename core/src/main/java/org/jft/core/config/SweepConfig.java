package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The grid of a sweep beside its subsets and seeds: every combination of the axes is one series,
 * one curve of the report. An axis that is left out stays as the config has it.
 *
 * <pre>
 *   sweep:
 *     budget: [epochs, steps]
 *     architecture: [resnet8s, resnet14s]
 *     variants: {plain: {}, smooth: {train.label_smoothing: 0.1}}
 * </pre>
 *
 * @param budget how long each subset trains
 * @param architecture values of {@code model.architecture}
 * @param init {@code random}, or values of {@code model.init_from}
 * @param variants names, each with the keys it overrides
 */
public record SweepConfig(
        List<Budget> budget,
        List<String> architecture,
        List<String> init,
        Map<String, Map<String, Object>> variants) {
    /** The value of {@code init} for a network that starts from no checkpoint. */
    public static final String RANDOM = "random";

    /** What all subsets have in common. */
    public enum Budget {
        /** The passes over their images: more data also means more steps. */
        EPOCHS,
        /** The steps: as many as the whole set takes in {@code train.epochs}. */
        STEPS
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Keys that hold for the sweep as a whole, or that are another axis of it. */
    private static final List<String> NOT_OF_A_VARIANT =
            List.of(
                    "name",
                    "seed",
                    "data.subset",
                    "eval.seeds",
                    "eval.subsets",
                    "eval.sweep",
                    "eval.metric",
                    "eval.target",
                    "eval.bootstrap",
                    "eval.confidence");

    public SweepConfig {
        budget = distinct("budget", budget);
        architecture = distinct("architecture", architecture);
        init = distinct("init", init);
        Map<String, Map<String, Object>> copy = new LinkedHashMap<>();
        if (variants != null) {
            variants.forEach(
                    (name, keys) ->
                            copy.put(
                                    name,
                                    keys == null
                                            ? Map.of()
                                            : Collections.unmodifiableMap(
                                                    new LinkedHashMap<>(keys))));
        }
        variants = Collections.unmodifiableMap(copy);
        for (Map.Entry<String, Map<String, Object>> variant : variants.entrySet()) {
            for (String key : variant.getValue().keySet()) {
                checkKey(variant.getKey(), key);
                checkAxis(variant.getKey(), key, "model.architecture", architecture);
                checkAxis(variant.getKey(), key, "model.init_from", init);
            }
        }
    }

    static SweepConfig none() {
        return new SweepConfig(null, null, null, null);
    }

    private static <T> List<T> distinct(String axis, List<T> values) {
        List<T> copy = values == null ? List.of() : List.copyOf(values);
        check(
                new HashSet<>(copy).size() == copy.size(),
                "eval.sweep.%s names a value twice: %s",
                axis,
                copy);
        return copy;
    }

    private static void checkKey(String variant, String key) {
        boolean taken =
                NOT_OF_A_VARIANT.stream().anyMatch(own -> (key + ".").startsWith(own + "."));
        check(
                !taken,
                "eval.sweep.variants.%s sets %s, which is for the whole sweep to say",
                variant,
                key);
    }

    private static void checkAxis(String variant, String key, String own, List<String> axis) {
        check(
                axis.isEmpty() || !key.equals(own),
                "eval.sweep.variants.%s sets %s, which is an axis of its own",
                variant,
                key);
    }

    /** Returns a variant's keys as {@code a.b=c} overrides. */
    public List<String> overrides(String variant) {
        List<String> overrides = new ArrayList<>();
        variants.get(variant).forEach((key, value) -> overrides.add(key + "=" + json(value)));
        return overrides;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value); // JSON is YAML
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value from YAML cannot fail to render", e);
        }
    }
}
