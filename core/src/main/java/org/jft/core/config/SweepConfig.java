package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collection;
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
 *     noise: {clean: {}, wrong: {precision: 0.6, recall: 1}}
 *     objective: {plain: sigmoid, smooth: {name: label_smoothing, prior: 0.01}}
 *     variants: {short: {}, long: {train.epochs: 20}}
 * </pre>
 *
 * @param budget how long each subset trains
 * @param architecture values of {@code model.architecture}
 * @param init {@code random}, or values of {@code model.init_from}
 * @param noise names, each with a value of {@code data.labels.noise}
 * @param objective names, each with a value of {@code train.objective}; where there are several the
 *     report compares them with the first
 * @param variants names, each with the keys it overrides
 */
public record SweepConfig(
        List<Budget> budget,
        List<String> architecture,
        List<String> init,
        Map<String, LabelNoiseConfig> noise,
        Map<String, ObjectiveConfig> objective,
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
        noise = copy("noise", noise);
        objective = copy("objective", objective);
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
                checkAxis(variant.getKey(), key, "data.labels.noise", noise.keySet());
                checkAxis(variant.getKey(), key, "train.objective", objective.keySet());
            }
        }
    }

    static SweepConfig none() {
        return new SweepConfig(null, null, null, null, null, null);
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

    private static <T> Map<String, T> copy(String axis, Map<String, T> values) {
        Map<String, T> copy = new LinkedHashMap<>();
        if (values != null) {
            values.forEach(
                    (name, value) -> {
                        check(
                                value != null,
                                "eval.sweep.%s.%s has no value: {} is that of no key at all",
                                axis,
                                name);
                        copy.put(name, value);
                    });
        }
        return Collections.unmodifiableMap(copy);
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

    private static void checkAxis(String variant, String key, String own, Collection<String> axis) {
        check(
                axis.isEmpty() || !(key + ".").startsWith(own + "."),
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
