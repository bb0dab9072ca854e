package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaDriverHostTest {
    @TempDir Path base;

    @Test
    void shouldKeepItsFilesPrivateAndTakeThemAlong() throws IOException {
        MediaDriverHost host = TestDriver.start();
        Path directory = host.directory();
        assertThat(directory.resolve("cnc.dat")).exists();
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(directory.getParent())))
                .isEqualTo("rwx------");
        host.close();
        host.close();
        assertThat(directory.getParent()).doesNotExist();
    }

    @Test
    void shouldSayHowMuchSpaceIsMissing() {
        assertThatThrownBy(() -> DriverDirectory.create(List.of(base), Long.MAX_VALUE / 2))
                .isInstanceOf(JftException.class)
                .hasMessageContaining(" MB of shared memory, but " + base + " has ")
                .hasMessageContaining("--shm-size");
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void shouldTakeTheFirstBaseWithRoom(@TempDir Path other) {
        try (DriverDirectory directory = DriverDirectory.create(List.of(base, other), 1)) {
            assertThat(directory.driver().getParent().getParent()).isEqualTo(base);
        }
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void shouldRemoveWhatAKilledProcessLeftAndNothingElse() throws IOException {
        Path abandoned = Files.createDirectories(base.resolve("jft-aeron-999999999-1/driver/logs"));
        Files.writeString(abandoned.resolve("1.logbuffer"), "left");
        Files.writeString(base.resolve("jft-aeron-999999999-1/lock"), "");
        Path unlocked = Files.createDirectories(base.resolve("jft-aeron-999999999-2"));
        Path foreign = Files.createDirectories(base.resolve("aeron-root"));
        try (DriverDirectory directory = DriverDirectory.create(List.of(base), 1)) {
            assertThat(base.resolve("jft-aeron-999999999-1")).doesNotExist();
            assertThat(unlocked).as("perhaps just being made").exists();
            assertThat(foreign).exists();
            assertThat(directory.driver().getParent()).exists();
        }
    }

    @Test
    void shouldLeaveAloneWhatALivingProcessHasLocked() throws IOException, InterruptedException {
        Path root = Files.createDirectories(base.resolve("jft-aeron-999999999-3"));
        Path lock = Files.writeString(root.resolve("lock"), "");
        // Locks are the process's: only another process can hold one against this one.
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                LockHolder.class.getName(),
                                lock.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('L');
            DriverDirectory.create(List.of(base), 1).close();
            assertThat(lock).exists();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        DriverDirectory.create(List.of(base), 1).close();
        assertThat(root).doesNotExist();
    }

    @Test
    void shouldKnowItsNeeds() {
        assertThat(IpcSettings.DEFAULT.bytesNeeded(4)).isBetween(24L << 20, 32L << 20);
        assertThatThrownBy(() -> new IpcSettings(1000, 32, Duration.ofSeconds(2)))
                .hasMessageContaining("frameLength");
        assertThatThrownBy(() -> new IpcSettings(1024, 1000, Duration.ofSeconds(2)))
                .hasMessageContaining("frames");
        assertThatThrownBy(() -> new IpcSettings(1024, 32, Duration.ofSeconds(30)))
                .hasMessageContaining("clientLiveness");
    }

    /** Locks a file and waits to be killed. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel channel =
                    FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
                channel.lock();
                System.out.print('L');
                System.out.flush();
                Thread.sleep(Duration.ofMinutes(1).toMillis());
            }
        }
    }
}
