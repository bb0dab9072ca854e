package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jft.cluster.membership.ExpelledException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderFileTest {
    @TempDir private Path folder;

    @Test
    void shouldLetTheGenerationWriteThatHasBegunLast() {
        LeaderFile cutOff = leader();
        cutOff.take("generation 3 of worker 0");
        cutOff.require("generation 3 of worker 0");

        LeaderFile newcomer = leader();
        newcomer.take("generation 4 of worker 2");

        newcomer.require("generation 4 of worker 2");
        assertThatThrownBy(() -> cutOff.require("generation 3 of worker 0"))
                .isInstanceOf(ExpelledException.class)
                .hasMessage(
                        "generation 4 of worker 2 writes to %s now, not generation 3 of worker 0: the job has gone on without this worker"
                                .formatted(folder));
    }

    @Test
    void shouldHaveOneWorkerWriteWhatEachOfThemWould() throws IOException {
        leader().take("generation 0 of worker 0");
        Path checkpoint = folder.resolve("step-1.zip");
        AtomicInteger written = new AtomicInteger();
        leader().alone(checkpoint, written::incrementAndGet);
        Files.createFile(checkpoint);
        leader().alone(checkpoint, written::incrementAndGet);
        assertThat(written).hasValue(1);
    }

    private LeaderFile leader() {
        return new LeaderFile(folder.resolve(".leader"));
    }
}
