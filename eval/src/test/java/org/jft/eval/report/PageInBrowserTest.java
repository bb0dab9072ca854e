package org.jft.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page as a browser shows it: in {@code CHROME}, or the Chromium of the path; skipped without
 * one. Leaves its screenshots in {@code target/screenshots}.
 */
class PageInBrowserTest {
    private static final int HEIGHT = 12_000;
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    @TempDir Path folder;

    /** In a frame as wide as the window, since browsers do not make windows as narrow as phones. */
    @ParameterizedTest
    @CsvSource({"1100, light", "1100, dark", "390, light", "390, dark"})
    void shouldFillTheWindowAndNoMoreInItsColours(int width, String scheme) throws Exception {
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "no Chromium");
        SweepReport report = Examples.withPanels(Examples.scores("In a browser", 4, 3));
        ReportWriter.write(report, folder);
        String page = Files.readString(folder.resolve("report.html"));
        Files.writeString(
                folder.resolve("told.html"),
                page.replace(
                        "</body>",
                        "<script>parent.postMessage(document.documentElement.scrollWidth, '*')"
                                + "</script></body>"));
        Path window = folder.resolve("window.html");
        Files.writeString(
                window,
                """
                <!DOCTYPE html><title>?</title><body style="margin: 0">
                <script>onmessage = told => document.title = 'width ' + told.data</script>
                <iframe src="told.html" style="border: 0; width: %dpx; height: %dpx"></iframe>
                """
                        .formatted(width, HEIGHT));
        List<String> command =
                List.of(
                        browser.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--blink-settings=preferredColorScheme=" + (scheme.equals("dark") ? 0 : 1),
                        "--virtual-time-budget=5000",
                        "--window-size=%d,%d".formatted(Math.max(width, 600), HEIGHT));
        assertThat(run(command, "--dump-dom", window.toUri().toString()))
                .contains("<title>width %d</title>".formatted(width));

        Path picture =
                Files.createDirectories(Path.of("target", "screenshots"))
                        .resolve("report-%d-%s.png".formatted(width, scheme))
                        .toAbsolutePath();
        run(command, "--screenshot=" + picture, window.toUri().toString());
        BufferedImage shot = ImageIO.read(picture.toFile());
        Color ground = new Color(shot.getRGB(width / 2, HEIGHT - 3));
        assertThat(ground).isEqualTo(Color.decode(scheme.equals("dark") ? "#0d1117" : "#ffffff"));
        assertThat(vivid(shot)).as("pixels of the contact sheet").isGreaterThan(24 * 128 * 48);
    }

    private static long vivid(BufferedImage shot) {
        long vivid = 0;
        for (int y = 0; y < shot.getHeight(); y++) {
            for (int x = 0; x < shot.getWidth(); x++) {
                Color at = new Color(shot.getRGB(x, y));
                float[] hsb = Color.RGBtoHSB(at.getRed(), at.getGreen(), at.getBlue(), null);
                vivid += hsb[1] > 0.5 && hsb[2] > 0.9 ? 1 : 0;
            }
        }
        return vivid;
    }

    private String run(List<String> command, String... more) throws Exception {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of(more));
        Path out = folder.resolve("out.txt");
        Process process =
                new ProcessBuilder(line)
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("err.txt").toFile())
                        .start();
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the browser takes more than three minutes");
        }
        return Files.readString(out);
    }

    private static Optional<Path> browser() {
        String chosen = System.getenv("CHROME");
        if (chosen != null) {
            return Optional.of(Path.of(chosen));
        }
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
