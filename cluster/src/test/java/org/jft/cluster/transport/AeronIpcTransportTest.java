package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.JftException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** One that is read, one that its receiver has not come to, one that has no receiver. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldLeaveNothingOfTheMemoryOfFrames(int first) throws IOException {
        try (MediaDriverHost own = TestDriver.start();
                Transport zero = AeronIpcTransport.connect(0, job, own.directory());
                Transport one = AeronIpcTransport.connect(1, job, own.directory())) {
            Outbound read = zero.outbound(1, Lane.BULK);
            Inbound in = one.inbound(0, Lane.BULK);
            Outbound unread = one.outbound(0, Lane.BULK);
            zero.inbound(1, Lane.BULK);
            zero.outbound(2, Lane.BULK);
            await(() -> send(read, 8, 7));
            await(() -> send(unread, 8, 7));
            assertThat(receive(in)).isEqualTo(7);
            assertThat(files(own)).hasSize(2);
            assertThat(mappings(own)).hasSize(4);

            (first == 0 ? zero : one).close();
            (first == 0 ? one : zero).close();

            assertThat(files(own)).isEmpty();
            assertThat(mappings(own)).isEmpty();
        }
    }

    private static List<Path> files(MediaDriverHost of) throws IOException {
        try (Stream<Path> all = Files.list(of.directory())) {
            return all.filter(each -> each.getFileName().toString().startsWith("frames-")).toList();
        }
    }

    private static List<String> mappings(MediaDriverHost of) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(of.directory() + "/frames-"))
                .toList();
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
