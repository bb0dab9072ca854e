package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameMemoryTest {
    private static final int FRAME_LENGTH = 4096;
    private static final int FRAMES = 3;

    @TempDir Path directory;

    @Test
    void shouldBeSharedAndLeaveNoFileOnceBothHaveIt() {
        FrameMemory sender = FrameMemory.create(directory, 7, FRAME_LENGTH, FRAMES);
        assertThat(directory).isNotEmptyDirectory();
        FrameMemory receiver = FrameMemory.open(directory, 7);
        assertThat(directory).isEmptyDirectory();
        assertThat(receiver.bytes().capacity()).isEqualTo(FRAME_LENGTH * FRAMES);
        for (int at = 0; at < FRAME_LENGTH * FRAMES; at += Long.BYTES) {
            sender.bytes().putLong(at, 31L * at + 1);
        }
        for (int at = 0; at < FRAME_LENGTH * FRAMES; at += Long.BYTES) {
            assertThat(receiver.bytes().getLong(at)).isEqualTo(31L * at + 1);
        }
    }

    @Test
    void shouldKeepStreamsApart() {
        FrameMemory one = FrameMemory.create(directory, 1, FRAME_LENGTH, FRAMES);
        FrameMemory two = FrameMemory.create(directory, 2, FRAME_LENGTH, FRAMES);
        one.bytes().putLong(0, 1);
        two.bytes().putLong(0, 2);
        assertThat(FrameMemory.open(directory, 1).bytes().getLong(0)).isEqualTo(1);
        assertThat(FrameMemory.open(directory, 2).bytes().getLong(0)).isEqualTo(2);
    }

    @Test
    void shouldSayWhereThereIsNoMemory() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> FrameMemory.create(missing, 7, FRAME_LENGTH, FRAMES))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("no shared memory for a stream of 12 KB in " + missing);
        assertThatThrownBy(() -> FrameMemory.open(directory, 7))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("the shared memory of a stream")
                .hasMessageContaining("frames-7, is gone");
    }
}
