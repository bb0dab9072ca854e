package org.jft.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir private Path folder;

    @Test
    void shouldReplaceAFileAndLeaveNothingBeside() throws IOException {
        Path file = folder.resolve("text.json");
        WholeFile.write(file, "a longer text before");
        WholeFile.write(file, "größer");
        assertThat(file).hasContent("größer");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void shouldKeepTheOldContentUntilTheNewIsComplete() throws IOException {
        Path file = folder.resolve("text.json");
        WholeFile.write(file, "old");
        assertThatThrownBy(
                        () ->
                                WholeFile.write(
                                        file,
                                        channel -> {
                                            channel.write(ByteBuffer.wrap(new byte[100]));
                                            assertThat(file).hasContent("old");
                                            throw new IOException("the disk is full");
                                        }))
                .hasMessage("the disk is full");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    /** A crash leaves a draft; the next write starts it anew. */
    @Test
    void shouldNotMindTheDraftOfACrash() throws IOException {
        Files.writeString(folder.resolve("text.json.tmp"), "half of a much longer tex");
        WholeFile.write(folder.resolve("text.json"), "new");
        assertThat(folder.resolve("text.json")).hasContent("new");
        assertThat(folder.resolve("text.json.tmp")).doesNotExist();
    }
}
