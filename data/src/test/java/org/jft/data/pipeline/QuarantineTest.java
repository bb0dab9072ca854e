package org.jft.data.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
    @TempDir private Path folder;

    @Test
    void shouldWriteAnImageOnceEvenWhenResumed() throws IOException {
        Quarantine first = Quarantine.in(folder);
        assertThat(first.file()).doesNotExist();
        first.report(3, "part-0 row 3", "cut off");
        first.report(3, "part-0 row 3", "cut off");
        Quarantine resumed = Quarantine.in(folder);
        assertThat(resumed.size()).isEqualTo(1);
        resumed.report(3, "part-0 row 3", "cut off");
        resumed.report(9, "part-1 row 4", "too large");
        assertThat(Files.readAllLines(first.file()))
                .containsExactly(
                        "row\twhere\treason",
                        "3\tpart-0 row 3\tcut off",
                        "9\tpart-1 row 4\ttoo large");
    }

    @Test
    void shouldKeepOneLineAndThreeColumnsWhateverTheNames() throws IOException {
        Quarantine quarantine = Quarantine.in(folder.resolve("new/folder"));
        quarantine.report(1, "a\tb\nc", "x\r\ny");
        assertThat(Files.readAllLines(quarantine.file())).contains("1\ta b c\tx y").hasSize(2);
    }

    @Test
    void shouldWriteWholeLinesFromManyThreads() throws IOException {
        Quarantine quarantine = Quarantine.in(folder);
        IntStream.range(0, 2000)
                .parallel()
                .forEach(i -> quarantine.report(i % 500, "row " + i % 500, "cut off"));
        List<String> lines = Files.readAllLines(quarantine.file());
        assertThat(lines).hasSize(501).allMatch(line -> line.split("\t").length == 3);
        assertThat(quarantine.size()).isEqualTo(500);
    }

    @Test
    void shouldNameTheFileThatCannotBeWritten() throws IOException {
        Quarantine quarantine = Quarantine.in(folder.resolve("file"));
        Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> quarantine.report(1, "a", "b"))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("file/quarantine.tsv cannot be written");
    }
}
