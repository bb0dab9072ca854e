package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AeronIpcTransportTest extends TransportContract {
    private static MediaDriverHost driver;

    private final JobToken job = JobToken.of("transport-" + System.nanoTime());

    @BeforeAll
    static void startDriver() {
        driver = TestDriver.start();
    }

    @AfterAll
    static void stopDriver() {
        driver.close();
    }

    @Override
    Transport open(int rank) {
        return AeronIpcTransport.connect(rank, job, driver.directory(), TestDriver.SETTINGS);
    }

    @Test
    void shouldKeepJobsThatShareADriverApart() {
        try (Transport mine = AeronIpcTransport.connect(0, job, driver.directory());
                Transport other =
                        AeronIpcTransport.connect(1, JobToken.of("other"), driver.directory())) {
            Inbound in = other.inbound(0, Lane.BULK);
            Outbound out = mine.outbound(1, Lane.BULK);
            assertThat(out.connected()).isFalse();
            assertThat(in.connected()).isFalse();
        }
    }

    @Test
    void shouldSayWhereItFoundNoDriver(@TempDir Path empty) {
        assertThatThrownBy(() -> AeronIpcTransport.connect(3, job, empty))
                .isInstanceOf(JftException.class)
                .hasMessageContaining("rank 3 found no running media driver in " + empty);
    }

    @Test
    void shouldSayThatItsDriverIsGone() {
        MediaDriverHost own = TestDriver.start();
        try (Transport transport = AeronIpcTransport.connect(0, job, own.directory())) {
            Outbound out = transport.outbound(1, Lane.BULK);
            own.close();
            assertThatThrownBy(
                            () -> {
                                long startNs = System.nanoTime();
                                while (System.nanoTime() - startNs < 30_000_000_000L) {
                                    out.connected();
                                    Thread.onSpinWait();
                                }
                            })
                    .isInstanceOf(JftException.class)
                    .hasMessageContaining("rank 0 lost its media driver");
        }
    }
}
