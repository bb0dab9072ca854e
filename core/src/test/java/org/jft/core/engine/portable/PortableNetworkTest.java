package org.jft.core.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.engine.program.Node;
import org.jft.core.engine.program.Op;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortableNetworkTest {
    @TempDir private Path folder;

    @Test
    void shouldReadBackEveryOp() throws IOException {
        for (PortableNetwork network : OpPrograms.all().values()) {
            check(network);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "resnet50"})
    void shouldReadBackAResidualNetwork(String architecture) throws IOException {
        check(ProgramExport.lower(architecture, 64, 10));
    }

    /** An op that is added to the language and not to the acceptance run is found here. */
    @Test
    void shouldHaveAProgramOfEveryOpButDropout() {
        Set<Class<?>> missing = leaves(Op.class).collect(Collectors.toCollection(HashSet::new));
        OpPrograms.all().values().stream()
                .flatMap(network -> network.program().nodes().stream())
                .forEach(node -> missing.remove(node.op().getClass()));
        assertThat(missing).containsExactly(Op.Dropout.class);
    }

    @Test
    void shouldWriteNoFieldTwice() throws IOException {
        ObjectMapper strict =
                new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        for (PortableNetwork network : OpPrograms.all().values()) {
            Path file = folder.resolve("network.json");
            network.write(file);
            assertThat(strict.readTree(file.toFile()).has("program")).isTrue();
        }
    }

    @Test
    void shouldNameAFileThatHoldsNoNetwork() throws IOException {
        Path file = Files.writeString(folder.resolve("broken.json"), "{\"program\": 3}");
        assertThatThrownBy(() -> PortableNetwork.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("broken.json holds no network");
    }

    private void check(PortableNetwork network) throws IOException {
        Path file = folder.resolve("network.json");
        network.write(file);
        PortableNetwork read = PortableNetwork.read(file);
        assertThat(read).isEqualTo(network);
        // Values are equal by number alone: names and shapes apart.
        assertThat(read.program()).hasToString(network.program().toString());
        assertThat(read.program().inputs().toString())
                .isEqualTo(network.program().inputs().toString());
        assertThat(read.program().nodes().stream().map(Node::inputs).toList().toString())
                .isEqualTo(
                        network.program().nodes().stream().map(Node::inputs).toList().toString());
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(PortableNetworkTest::leaves)
                : Stream.of(type);
    }
}
