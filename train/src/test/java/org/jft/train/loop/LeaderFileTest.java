package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.cluster.membership.ExpelledException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderFileTest {
    private static final int NOT_THERE = 9; // exit code

    @TempDir private Path folder;

    @Test
    void shouldLetTheGenerationWriteThatHasBegunLast() {
        LeaderFile cutOff = leader();
        cutOff.join("generation 3 of worker 0", true);
        cutOff.require();

        LeaderFile newcomer = leader();
        newcomer.join("generation 4 of worker 2", true);

        newcomer.require();
        assertThatThrownBy(cutOff::require)
                .isInstanceOf(ExpelledException.class)
                .hasMessage(
                        "generation 4 of worker 2 writes to %s now: the job has gone on without this worker"
                                .formatted(folder));
    }

    @Test
    void shouldLetAWorkerWriteWhoseNewRankZeroWasLostBeforeItBegan() {
        LeaderFile survivor = leader();
        leader().join("generation 3 of worker 0", true);
        survivor.join("generation 3 of worker 0", false);

        survivor.join("generation 4 of worker 0", false);

        survivor.require();
        LeaderFile another = leader();
        another.join("generation 4 of worker 0", false);
        assertThatThrownBy(another::require).isInstanceOf(ExpelledException.class);
    }

    @Test
    void shouldHaveOneWorkerWriteWhatEachOfThemWould() throws IOException {
        leader().join("generation 0 of worker 0", true);
        Path checkpoint = folder.resolve("step-1.zip");
        AtomicInteger written = new AtomicInteger();
        assertThat(leader().alone(checkpoint, written::incrementAndGet)).isFalse();
        Files.createFile(checkpoint);
        assertThat(leader().alone(checkpoint, written::incrementAndGet)).isTrue();
        assertThat(written).hasValue(1);
    }

    /** In processes, for the lock is theirs: what a worker reads meanwhile must not drop it. */
    @Test
    void shouldKeepOthersFromWritingUntilItIsDone() throws Exception {
        LeaderFile leader = leader();
        leader.join("generation 0 of worker 0", true);
        Path checkpoint = folder.resolve("step-1.zip");
        List<Process> patient = new ArrayList<>();
        boolean there =
                leader.alone(
                        checkpoint,
                        () -> {
                            leader.require();
                            patient.add(other(checkpoint, 60_000));
                            assertThat(await(other(checkpoint, 0))).isEqualTo(NOT_THERE);
                            write(checkpoint, "mine");
                        });
        assertThat(there).isTrue();
        assertThat(await(patient.get(0))).isZero();
        assertThat(checkpoint).hasContent("mine");
    }

    private LeaderFile leader() {
        return new LeaderFile(folder.resolve(".leader"), Duration.ZERO);
    }

    private Process other(Path checkpoint, long patienceMs) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Other.class.getName(),
                            folder.resolve(".leader").toString(),
                            checkpoint.toString(),
                            String.valueOf(patienceMs))
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int await(Process process) {
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another worker. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) {
            Duration patience = Duration.ofMillis(Long.parseLong(args[2]));
            Path checkpoint = Path.of(args[1]);
            boolean there =
                    new LeaderFile(Path.of(args[0]), patience)
                            .alone(checkpoint, () -> write(checkpoint, "another's"));
            System.exit(there ? 0 : NOT_THERE);
        }
    }
}
