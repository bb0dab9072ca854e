package org.jft.core.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class CommandRunnerTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return CommandRunner.run(
                new Kitchen(), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void shouldExitZeroWhenTheWorkIsDone() {
        assertThat(run("cook", "--minutes", "3")).isEqualTo(0);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldSuggestTheNearestOption() {
        assertThat(run("cook", "--minuts", "3")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("kitchen cook: Unknown option")
                .contains("Did you mean '--minutes'?")
                .contains("Try 'kitchen cook --help'.");
    }

    @Test
    void shouldSuggestNothingWhenNothingIsNear() {
        assertThat(run("cook", "--temperature=7")).isEqualTo(2);
        assertThat(err.toString()).doesNotContain("Did you mean");
        assertThat(run("cook", "--minute=7")).isEqualTo(2);
        assertThat(err.toString()).contains("Did you mean '--minutes'?");
    }

    @Test
    void shouldSuggestTheNearestSubcommand() {
        assertThat(run("cok")).isEqualTo(2);
        assertThat(err.toString()).contains("'cok'").contains("Did you mean 'cook'");
    }

    @Test
    void shouldSayOneSentenceForEachKindOfFailure() {
        assertThat(run("cook", "--fail", "CORRUPT")).isEqualTo(1);
        assertThat(run("cook", "--fail", "CONFIG")).isEqualTo(2);
        assertThat(run("cook", "--fail", "MISSING")).isEqualTo(1);
        assertThat(run("cook", "--fail", "DISK_FULL")).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "kitchen cook: soup: truncated at byte 7",
                        "kitchen cook: minutes must be positive: -1",
                        "kitchen cook: recipe.txt: no such file or folder",
                        "kitchen cook: the disk is full: No space left on device");
    }

    @Test
    void shouldPrintAStackTraceOnlyWhenAsked() {
        assertThat(run("cook", "--fail", "BUG")).isEqualTo(1);
        assertThat(err.toString()).contains("internal error").doesNotContain("\tat ");
        assertThat(run("cook", "--fail", "BUG", "--stacktrace")).isEqualTo(1);
        assertThat(err.toString()).contains("\tat org.jft");
    }

    @Test
    void shouldOfferHelpAndVersionOnEverySubcommandAndHideTheStacktraceOption() {
        assertThat(run("cook", "--help")).isEqualTo(0);
        assertThat(out.toString()).contains("--minutes").contains("--version");
        assertThat(out.toString()).doesNotContain("--stacktrace");
        assertThat(run("--version")).isEqualTo(0);
        assertThat(out.toString()).contains("kitchen ").contains("java ");
    }

    @Command(name = "kitchen", subcommands = Cook.class)
    static final class Kitchen {}

    enum Failure {
        NONE,
        CORRUPT,
        CONFIG,
        MISSING,
        DISK_FULL,
        BUG
    }

    @Command(name = "cook")
    static final class Cook implements Callable<Integer> {
        @Option(names = "--minutes")
        private int minutes;

        @Option(names = "--fail", defaultValue = "NONE")
        private Failure failure;

        @Override
        public Integer call() throws IOException {
            switch (failure) {
                case CORRUPT ->
                        throw new CorruptDataException(Path.of("soup"), "truncated at byte 7");
                case CONFIG -> throw new ConfigException("minutes must be positive: -1");
                case MISSING -> throw new NoSuchFileException("recipe.txt");
                case DISK_FULL -> throw new IOException("No space left on device");
                case BUG -> throw new IllegalStateException("pot is null");
                default -> {
                    return CommandRunner.DONE;
                }
            }
        }
    }
}
