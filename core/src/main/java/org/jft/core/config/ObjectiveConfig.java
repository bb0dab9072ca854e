package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jft.core.config.TrainConfig.Objective;

/**
 * What is minimised, and how far it trusts the labels. In a config a name alone, {@code sigmoid},
 * or with numbers, {@code {name: label_smoothing, epsilon: 0.1}}. A number that the name has no use
 * for is refused.
 *
 * @param confidence what a label's confidence does; of a softmax it is always its target
 * @param epsilon how much of a target the prior gets
 * @param prior the smoothed target of a class that nothing is known of
 * @param beta share of the label in the target; the rest is the network's own opinion
 * @param dropPositives share of a micro batch's labels that are left out, those of the highest loss
 * @param dropNegatives share of its absent labels that are
 * @param dropImages share of its images that are
 * @param warmup share of the steps over which what is left out grows from nothing
 */
public record ObjectiveConfig(
        Name name,
        Confidence confidence,
        Double epsilon,
        Double prior,
        Double beta,
        Double dropPositives,
        Double dropNegatives,
        Double dropImages,
        Double warmup) {

    /** What there is; all but the first two are sigmoid cross-entropies that doubt labels. */
    public enum Name {
        SIGMOID,
        SOFTMAX,
        LABEL_SMOOTHING("epsilon", "prior"),
        SOFT_BOOTSTRAP("beta"),
        HARD_BOOTSTRAP("beta"),
        LOSS_TRUNCATION("drop_positives", "drop_negatives", "warmup"),
        SMALL_LOSS("drop_images", "warmup");

        private final List<String> keys;

        Name(String... keys) {
            this.keys = List.of(keys);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Name parse(String text) {
            String upper = text.trim().toUpperCase(Locale.ROOT);
            List<String> known = Arrays.stream(values()).map(Name::name).toList();
            check(
                    known.contains(upper),
                    "train.objective: nothing is called '%s'; the nearest is '%s'",
                    text,
                    Nearest.to(upper, known).toLowerCase(Locale.ROOT));
            return valueOf(upper);
        }
    }

    /** What the confidence of a label does. */
    public enum Confidence {
        /** It is the label's target: a label of 0.7 is best predicted at 0.7. */
        TARGET,
        /** It weights the label's loss, whose target is 1. */
        WEIGHT,
        /** Nothing: every label's target is 1. */
        IGNORE
    }

    public ObjectiveConfig {
        check(name != null, "train.objective.name is required where other keys of it are given");
        confidence = confidence == null ? Confidence.TARGET : confidence;
        check(
                name != Name.SOFTMAX || confidence == Confidence.TARGET,
                "train.objective.confidence=%s needs a sigmoid: a softmax's targets are the"
                        + " confidences scaled to sum to 1",
                confidence);
        epsilon = number(name, "epsilon", epsilon, 0.1);
        prior = number(name, "prior", prior, 0.5);
        beta = number(name, "beta", beta, name == Name.SOFT_BOOTSTRAP ? 0.95 : 0.8);
        dropPositives = number(name, "drop_positives", dropPositives, 0.0);
        dropNegatives = number(name, "drop_negatives", dropNegatives, 0.0);
        dropImages = number(name, "drop_images", dropImages, 0.2);
        warmup = number(name, "warmup", warmup, 0.2);
        check(
                name != Name.LOSS_TRUNCATION || dropPositives + dropNegatives > 0,
                "train.objective.name=loss_truncation leaves nothing out: give drop_positives or"
                        + " drop_negatives, the share of labels of the highest loss");
        check(
                name != Name.SMALL_LOSS || dropImages < 1,
                "train.objective.drop_images=%s leaves no image to learn from",
                dropImages);
    }

    /** Returns a checked number; its default if none is given; null if the name has none such. */
    private static Double number(Name name, String key, Double given, double preset) {
        boolean known = name.keys.contains(key);
        check(
                known || given == null,
                "train.objective.%s is not for name=%s, which takes %s",
                key,
                name,
                name.keys.isEmpty() ? "no numbers" : String.join(", ", name.keys));
        check(
                given == null || (given >= 0 && given <= 1),
                "train.objective.%s must be in [0, 1]: %s",
                key,
                given);
        return known && given == null ? Double.valueOf(preset) : given;
    }

    /** Takes a name alone. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ObjectiveConfig ofName(String name) {
        return named(Name.parse(name));
    }

    /** Returns cross-entropy by the labels as they are. */
    public static ObjectiveConfig plain(Objective link) {
        return named(link == Objective.SOFTMAX ? Name.SOFTMAX : Name.SIGMOID);
    }

    private static ObjectiveConfig named(Name name) {
        return new ObjectiveConfig(name, null, null, null, null, null, null, null, null);
    }

    /** Returns by what logits become probabilities. */
    public Objective link() {
        return name == Name.SOFTMAX ? Objective.SOFTMAX : Objective.SIGMOID;
    }

    /** Returns whether it is cross-entropy by the labels as they are. */
    public boolean isPlain() {
        return name.keys.isEmpty() && confidence == Confidence.TARGET;
    }

    /** Returns whether the loss of one class of an image decides whether others count. */
    public boolean ranks() {
        return name == Name.LOSS_TRUNCATION || name == Name.SMALL_LOSS;
    }

    /** Renders a name alone as such: what was computed before there were others keeps its name. */
    @JsonValue
    Object inConfig() {
        if (isPlain()) {
            return name.name();
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("name", name.name());
        keys.put("confidence", confidence.name());
        keys.put("epsilon", epsilon);
        keys.put("prior", prior);
        keys.put("beta", beta);
        keys.put("drop_positives", dropPositives);
        keys.put("drop_negatives", dropNegatives);
        keys.put("drop_images", dropImages);
        keys.put("warmup", warmup);
        keys.values().removeIf(Objects::isNull);
        return keys;
    }
}
