package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftEarlyExceptionTest {
    @TempDir Path folder;

    @Test
    void shouldNameACheckpointOnlyWhereThereIsOne() throws Exception {
        RunFolder run = new RunFolder(folder);
        assertThat(LeftEarlyException.ofWorkers(run))
                .hasMessageEndingWith(
                        "; the same command begins anew: there is no checkpoint yet in " + folder);

        Path checkpoint = run.checkpoints(1).file(7);
        Files.createDirectories(checkpoint.getParent());
        Files.createFile(checkpoint);
        assertThat(LeftEarlyException.ofWorkers(run))
                .hasMessageEndingWith(
                        "; the same command goes on from the newest checkpoint in " + folder);
    }
}
