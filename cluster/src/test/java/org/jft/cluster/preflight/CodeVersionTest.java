package org.jft.cluster.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeVersionTest {
    @TempDir Path root;
    private Path classes;
    private String version;

    @BeforeEach
    void build() throws IOException {
        classes = root.resolve("classes");
        Files.createDirectories(classes.resolve("org/jft"));
        Files.writeString(classes.resolve("org/jft/A.class"), "code of A");
        version = CodeVersion.of(List.of(classes));
    }

    @Test
    void shouldBeTheSameForTheSameClassesInAJarMadeAtAnotherTime() throws IOException {
        assertThat(CodeVersion.of(List.of(jar("jft-core.jar", "code of A")))).isEqualTo(version);
        assertThat(CodeVersion.of(List.of(root.resolve("missing"), classes))).isEqualTo(version);
    }

    @Test
    void shouldTellOneByteOfOurClassesAndAnotherLibrary() throws IOException {
        assertThat(CodeVersion.of(List.of(jar("jft-core.jar", "code of B")))).isNotEqualTo(version);
        Path library = jar("dnnl-3.11.jar", "anything");
        String with = CodeVersion.of(List.of(classes, library));
        assertThat(with).isNotEqualTo(version);
        Path newer = Files.move(library, root.resolve("dnnl-3.12.jar"));
        assertThat(CodeVersion.of(List.of(classes, newer))).isNotEqualTo(with);
    }

    @Test
    void shouldTellThisProcess() {
        assertThat(CodeVersion.ofThisProcess())
                .hasSize(16)
                .isEqualTo(CodeVersion.ofThisProcess())
                .isNotEqualTo(CodeVersion.of(List.of()));
    }

    private Path jar(String name, String content) throws IOException {
        Path jar = root.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.write(("Built: " + System.nanoTime()).getBytes());
            zip.putNextEntry(new ZipEntry("org/jft/A.class"));
            zip.write(content.getBytes());
        }
        return jar;
    }
}
