package org.jft.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.model.Architectures;
import org.jft.core.model.ModelSummary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of core/README.md against the code. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern KEY_ROW = Pattern.compile("\\| `([a-z_0-9.]+)` \\| ([^|]+) \\|.*");
    private static final Map<String, String> REQUIRED =
            Map.of(
                    "data.train", "train",
                    "data.image.size", "32",
                    "model.architecture", "resnet50",
                    "train.global_batch", "8",
                    "train.optimizer.kind", "SGD",
                    "train.schedule.kind", "CONSTANT",
                    "train.schedule.learning_rate", "0.1");
    private static final Map<String, String> DERIVED =
            Map.of("data.image.resize", "the size", "train.micro_batch", "the global batch");

    /** In no config but one that gives them, so that older runs keep their identity. */
    private static final Map<String, String> ONLY_IF_GIVEN =
            Map.of(
                    "data.labels.noise.confidences", "none",
                    "train.objective.confidence", "`TARGET`");

    @Test
    void shouldListEveryKeyWithItsDefault(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("minimal.yaml");
        Files.writeString(file, "{}");
        List<String> overrides = new ArrayList<>(List.of("train.steps=1"));
        REQUIRED.forEach((key, value) -> overrides.add(key + "=" + value));
        RunConfig minimal = ConfigLoader.load(file, overrides);
        Map<String, String> expected = new LinkedHashMap<>();
        collect("", ConfigLoader.toTree(minimal), expected);
        expected.putAll(ONLY_IF_GIVEN);

        Map<String, String> documented = new LinkedHashMap<>();
        for (String line : section("## Config reference")) {
            Matcher row = KEY_ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2));
            }
        }

        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void shouldGiveTheSizesOfTheNetworks() throws IOException {
        List<String> lines = section("## Networks");
        for (String name : Architectures.names()) {
            assertThat(lines).contains(row(name));
        }
    }

    private static String row(String name) {
        boolean small = name.endsWith("s");
        ModelSummary summary = small ? summary(name, 10, 32) : summary(name, 1000, 224);
        String larger =
                small
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.3f ",
                                summary(name, 1000, 299).forwardMultiplyAdds() / 1e9);
        return String.format(
                Locale.ROOT,
                "| `%s` | %,d | %.3f | %s| %.2f |",
                name,
                summary.trainableParameters(),
                summary.forwardMultiplyAdds() / 1e9,
                larger,
                summary.activationElements() / 1e6);
    }

    private static ModelSummary summary(String name, int classes, int size) {
        ModelConfig config = new ModelConfig(name, 0, 0, null, false);
        return ModelSummary.of(
                Architectures.create(config, classes, size, 0),
                List.of(InputType.convolutional(size, size, 3)));
    }

    private static void collect(String prefix, JsonNode tree, Map<String, String> into) {
        tree.properties()
                .forEach(
                        field -> {
                            String key = prefix + field.getKey();
                            if (field.getValue().isObject()) {
                                collect(key + ".", field.getValue(), into);
                            } else {
                                into.put(key, documented(key, field.getValue()));
                            }
                        });
    }

    private static String documented(String key, JsonNode value) {
        if (REQUIRED.containsKey(key)) {
            return "required";
        }
        if (DERIVED.containsKey(key)) {
            return DERIVED.get(key);
        }
        if (value.isNull() || key.equals("train.steps")) {
            return "none";
        }
        return "`%s`".formatted(value.isTextual() ? value.asText() : value.toString());
    }

    private static List<String> section(String heading) throws IOException {
        List<String> lines = Files.readAllLines(README);
        int start = lines.indexOf(heading);
        assertThat(start).as(heading).isNotNegative();
        return lines.subList(start + 1, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("## "))
                .toList();
    }
}
