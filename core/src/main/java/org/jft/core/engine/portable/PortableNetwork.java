package org.jft.core.engine.portable;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.program.Op;
import org.jft.core.engine.program.Program;
import org.jft.core.failure.ConfigException;

/**
 * A lowered network and where its parameters lie: all that a compiled engine needs. As JSON, its
 * records field by field; an op says which it is in the field {@code op}, by the name of its
 * record, and a missing bias is null.
 */
public record PortableNetwork(Program program, ParameterLayout layout) {
    private static final ObjectMapper JSON = mapper();

    /** Says on the op itself which op it is. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
    private interface Kind {}

    /**
     * Reads a network.
     *
     * @throws ConfigException if the file holds none; names it
     */
    public static PortableNetwork read(Path file) throws IOException {
        try {
            return JSON.readValue(file.toFile(), PortableNetwork.class);
        } catch (JsonProcessingException e) {
            throw new ConfigException(
                    "%s holds no network: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** Writes this network. */
    public void write(Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(this));
    }

    private static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule();
        module.addSerializer(new BiasWriter());
        module.addDeserializer(Optional.class, new BiasReader());
        for (Class<?> op : Op.class.getPermittedSubclasses()) {
            register(module, op);
        }
        return JsonMapper.builder()
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                .addMixIn(Op.class, Kind.class)
                .addModule(module)
                .build();
    }

    private static void register(SimpleModule module, Class<?> op) {
        if (op.isSealed()) {
            for (Class<?> narrower : op.getPermittedSubclasses()) {
                register(module, narrower);
            }
        } else {
            module.registerSubtypes(new NamedType(op, op.getSimpleName()));
        }
    }

    // Biases are the only optional parts of a program.

    private static final class BiasWriter extends StdSerializer<Optional<?>> {
        private static final long serialVersionUID = 1;

        BiasWriter() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<?> bias, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            provider.defaultSerializeValue(bias.orElse(null), out);
        }
    }

    private static final class BiasReader extends StdDeserializer<Optional<?>> {
        private static final long serialVersionUID = 1;

        BiasReader() {
            super(Optional.class);
        }

        @Override
        public Optional<?> deserialize(JsonParser in, DeserializationContext context)
                throws IOException {
            return Optional.of(context.readValue(in, Slice.class));
        }

        @Override
        public Optional<?> getNullValue(DeserializationContext context) {
            return Optional.empty();
        }
    }
}
