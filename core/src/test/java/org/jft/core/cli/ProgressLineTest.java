package org.jft.core.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    @Test
    void shouldPrintPlainLinesAtMostEveryTenSeconds() {
        ProgressLine line = new ProgressLine(out, false, "import", 1000, "images", 0);
        for (int second = 1; second <= 25; second++) {
            line.update(second * 40L, second * SECOND);
        }
        line.finish(1000, 25 * SECOND);
        assertThat(bytes.toString(UTF_8).lines())
                .containsExactly(
                        "import   40%  400/1,000 images  40/s  ETA 0:15",
                        "import   80%  800/1,000 images  40/s  ETA 0:05",
                        "import  100%  1,000/1,000 images  40/s  in 0:25");
    }

    @Test
    void shouldRedrawOneLineOnATerminal() {
        ProgressLine line = new ProgressLine(out, true, "import", 4, "images", 0);
        line.update(1, SECOND / 100);
        line.update(2, SECOND);
        line.finish(4, 2 * SECOND);
        assertThat(bytes.toString(UTF_8))
                .isEqualTo(
                        "\rimport  [############------------]   50%  2/4 images  2.0/s  ETA 0:01"
                                + "\rimport  [########################]  100%  4/4 images  2.0/s"
                                + "  in 0:02 "
                                + System.lineSeparator());
    }

    @Test
    void shouldPromiseNoEndWhenTheTotalIsUnknown() {
        ProgressLine line = new ProgressLine(out, false, "scan", 0, "files", 0);
        line.update(5000, 3600 * SECOND + 10 * SECOND);
        line.finish(5000, 3600 * SECOND + 10 * SECOND);
        assertThat(bytes.toString(UTF_8).lines())
                .containsExactly(
                        "scan  5,000 files  1.4/s", "scan  5,000 files  1.4/s  in 1:00:10");
    }
}
