package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals to a process of its own. */
@Timeout(60)
class LeaveSignalTest {
    private Process process;
    private BufferedReader output;

    /** Says what it hears; a line on its input lets it stop listening. */
    static final class Listener {
        public static void main(String[] arguments) throws Exception {
            try (LeaveSignal signal = new LeaveSignal(() -> {}).listen()) {
                System.out.println("received=" + signal.received());
                while (System.in.available() == 0) {
                    Thread.sleep(5);
                    if (signal.received()) {
                        System.out.println("received=true");
                        System.in.read();
                    }
                }
            }
            System.out.println("closed");
            Thread.sleep(60_000);
        }
    }

    @BeforeEach
    void start() throws Exception {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx32m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Listener.class.getName())
                        .redirectErrorStream(true)
                        .start();
        output = process.inputReader();
        assertThat(output.readLine()).isEqualTo("received=false");
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @Test
    void shouldHearTheFirstAndEndAtTheSecond() throws Exception {
        process.toHandle().destroy();
        assertThat(output.readLine()).contains("a second one ends at once");
        assertThat(output.readLine()).isEqualTo("received=true");
        assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(LeftEarlyException.EXIT_CODE);
    }

    @Test
    void shouldLeaveTheSignalAsItWasWhenNobodyListensAnyMore() throws Exception {
        process.outputWriter().append('\n').flush();
        assertThat(output.readLine()).isEqualTo("closed");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(128 + 15);
    }
}
