package org.jft.core.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jft.core.failure.ConfigException;

/** Reads a YAML file and {@code a.b=c} overrides into a {@link RunConfig}; keys are snake_case. */
public final class ConfigLoader {
    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .build();
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();

    private ConfigLoader() {}

    /** Finds a config as the commands do, with the project's configs/ of this installation. */
    public static Path locate(String name) {
        String home = System.getProperty("jft.home", System.getenv("JFT_HOME"));
        return locate(name, Path.of(home == null ? "." : home).resolve("configs"));
    }

    /**
     * Finds a config: as given, else in {@code configs/} of the project.
     *
     * @param name a path, absolute or relative to the working folder, or a file name in configs/
     * @param configsFolder the project's configs/
     */
    public static Path locate(String name, Path configsFolder) {
        Path given = Path.of(name);
        if (Files.isRegularFile(given)) {
            return given;
        }
        Path shipped = configsFolder.resolve(name);
        if (Files.isRegularFile(shipped)) {
            return shipped;
        }
        throw new ConfigException(
                "no config file '%s' here, nor in %s".formatted(name, configsFolder));
    }

    /** Reads the file, applies the overrides in order, checks everything. */
    public static RunConfig load(Path file, List<String> overrides) {
        return load(file, overrides, RunConfig.class);
    }

    /**
     * The same for a file of another kind.
     *
     * @param type the record that its keys are the components of
     */
    public static <T extends Record> T load(Path file, List<String> overrides, Class<T> type) {
        try {
            JsonNode root = YAML.readTree(Files.readString(file));
            if (!(root instanceof ObjectNode tree)) {
                throw new ConfigException("%s: expected a mapping of keys".formatted(file));
            }
            for (String override : overrides) {
                apply(tree, override);
            }
            return bind(tree, file.toString(), type);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new ConfigException(
                    "%s: not valid YAML%s: %s"
                            .formatted(
                                    file,
                                    at == null ? "" : " at line " + at.getLineNr(),
                                    firstLine(e.getOriginalMessage())),
                    e);
        } catch (IOException e) {
            throw new ConfigException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Returns a copy with the overrides applied, checked like a file. */
    public static RunConfig with(RunConfig config, List<String> overrides) {
        return with(config, overrides, "the command line");
    }

    /**
     * The same.
     *
     * @param source of the overrides, for an error to name
     */
    public static RunConfig with(RunConfig config, List<String> overrides, String source) {
        ObjectNode tree = JSON.valueToTree(config);
        for (String override : overrides) {
            apply(tree, override);
        }
        return bind(tree, source, RunConfig.class);
    }

    /** Renders every value, defaults included; {@link #parse} reads it back to an equal config. */
    public static String toJson(RunConfig config) {
        try {
            return JSON.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a config cannot fail to render", e);
        }
    }

    /** Renders a part of a config in one line, as an override takes it. */
    public static String inline(Object part) {
        return JSON.valueToTree(part).toString();
    }

    /** Renders every value as YAML, defaults included. */
    public static String toYaml(RunConfig config) {
        try {
            return YAML.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a config cannot fail to render", e);
        }
    }

    /** Returns every value as a JSON tree, defaults included. */
    public static ObjectNode toTree(Record config) {
        return JSON.valueToTree(config);
    }

    /** Reads what {@link #toJson} wrote (JSON is YAML). */
    public static RunConfig parse(String json, String source) {
        try {
            return bind(YAML.readTree(json), source, RunConfig.class);
        } catch (JsonProcessingException e) {
            throw new ConfigException(
                    "%s: not a config: %s".formatted(source, firstLine(e.getOriginalMessage())), e);
        }
    }

    private static <T extends Record> T bind(JsonNode tree, String source, Class<T> type) {
        try {
            Keys.check(tree, type);
            return YAML.treeToValue(tree, type);
        } catch (ConfigException e) {
            throw new ConfigException("%s: %s".formatted(source, e.getMessage()), e);
        } catch (JsonMappingException e) {
            if (rootCause(e) instanceof ConfigException rule) {
                throw new ConfigException("%s: %s".formatted(source, rule.getMessage()), e);
            }
            throw new ConfigException(
                    "%s: %s: %s".formatted(source, path(e), firstLine(e.getOriginalMessage())), e);
        } catch (JsonProcessingException e) {
            throw new ConfigException("%s: %s".formatted(source, e.getOriginalMessage()), e);
        }
    }

    private static void apply(ObjectNode root, String override) {
        int equals = override.indexOf('=');
        if (equals <= 0) {
            throw new ConfigException("an override is written a.b=c: '%s'".formatted(override));
        }
        String[] keys = override.substring(0, equals).split("\\.", -1);
        ObjectNode node = root;
        for (int i = 0; i < keys.length - 1; i++) {
            JsonNode child = node.get(keys[i]);
            if (child == null || child.isNull()) {
                child = node.putObject(keys[i]);
            }
            if (!(child instanceof ObjectNode next)) {
                throw new ConfigException("'%s' has no keys below it".formatted(keys[i]));
            }
            node = next;
        }
        try {
            JsonNode value = YAML.readTree(override.substring(equals + 1));
            boolean empty = value.getNodeType() == JsonNodeType.MISSING;
            node.set(keys[keys.length - 1], empty ? YAML.nullNode() : value);
        } catch (JsonProcessingException e) {
            throw new ConfigException("the value of '%s' is not YAML".formatted(override), e);
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }

    private static Throwable rootCause(Throwable e) {
        return e.getCause() == null ? e : rootCause(e.getCause());
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
