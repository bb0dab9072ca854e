package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class OrderedWorkTest {
    @Test
    void shouldHandOnWhatTheDiskSaid() {
        IOException full = new IOException("No space left on device");
        assertThatThrownBy(
                        () ->
                                OrderedWork.run(
                                        3,
                                        i ->
                                                () -> {
                                                    throw full;
                                                },
                                        (i, result) -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasCause(full);
    }
}
