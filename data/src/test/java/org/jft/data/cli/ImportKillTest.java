package org.jft.data.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportKillTest {
    private static final int IMAGES = 1_500;
    private static final int KILLS = 4;

    @TempDir private Path folder;

    @Test
    void shouldEndAsAnUninterruptedImportThoughItWasKilledSeveralTimes() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Path archive = folder.resolve("a.tar");
        NoiseArchive.write(archive, IMAGES, false);
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        assertThat(Command.run("-Xmx96m", importInto(archive, whole)).exitCode()).isZero();
        int kills = 0;
        while (kills < KILLS) {
            Process process = Command.start("-Xmx96m", importInto(archive, killed));
            // the first one early, so that there is one
            if (process.waitFor(
                    200 + random.nextInt(kills == 0 ? 100 : 2000), TimeUnit.MILLISECONDS)) {
                break;
            }
            process.destroyForcibly().waitFor();
            kills++;
        }
        assertThat(kills).isPositive();
        if (Files.notExists(killed.resolve("manifest.json"))) {
            Command last = Command.run("-Xmx96m", importInto(archive, killed));
            assertThat(last.exitCode()).as(last.output()).isZero();
        }
        assertThat(killed.resolve("manifest.json"))
                .as("seed=%d, kills=%d", seed, kills)
                .hasSameTextualContentAs(whole.resolve("manifest.json"));
        Command verify = Command.run("-Xmx96m", "verify", killed.toString());
        assertThat(verify.output())
                .as("seed=%d, kills=%d", seed, kills)
                .doesNotContain("checksum is");
        assertThat(killed.resolve(".import")).doesNotExist();
        assertThat(killed.resolve(".incomplete")).doesNotExist();
    }

    private static String[] importInto(Path archive, Path out) {
        return new String[] {
            "import", "webdataset", archive.toString(), out.toString(), "--shard-mib", "8"
        };
    }
}
