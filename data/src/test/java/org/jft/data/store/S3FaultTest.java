package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.store.Clients.CHUNK;
import static org.jft.data.store.Clients.PREFIX;
import static org.jft.data.store.Clients.read;

import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jft.core.failure.Category;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading from a real S3 server over a bad network. */
class S3FaultTest {
    private static final int LENGTH = 12 * CHUNK + 777;
    private static final String SHARD = "shard.parquet";

    @TempDir Path cache;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final byte[] content = new byte[LENGTH];
    private S3Server server;
    private FaultyProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Clients.useSettings();
        server = new S3Server();
        proxy = new FaultyProxy(server.port());
        random.nextBytes(content);
        server.put(PREFIX + "/" + SHARD, content);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
        Clients.forgetSettings();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("503", Fault.SLOW_DOWN),
                Arguments.of("500", Fault.answer(500, "", "InternalError", "We failed.")),
                Arguments.of("reset", Fault.RESET),
                Arguments.of("cut at the start of the body", Fault.cutAfter(0)),
                Arguments.of("cut in the body", Fault.cutAfter(CHUNK / 3)),
                Arguments.of("silent", Fault.SILENCE),
                Arguments.of("a byte now and then", Fault.TRICKLE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void shouldReadOnAfter(String name, Fault fault) {
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.TIMING)) {
            AtomicInteger left = new AtomicInteger(4);
            proxy.plan(request -> left.getAndDecrement() > 0 ? fault : Fault.NONE);
            try (StoredFile file = storage.open(SHARD, LENGTH)) { // a HEAD, mostly
                left.set(5);
                assertThat(read(file, 0, LENGTH)).isEqualTo(ByteBuffer.wrap(content));
            }
            assertThat(left.get()).isNegative();
            // the JDK itself repeats a request that gets no answer on a used connection, once
            assertThat(storage.traffic().retries()).isGreaterThanOrEqualTo(2);
            assertThat(storage.traffic().fetchedBytes()).isEqualTo(LENGTH);
        }
    }

    @Test
    void shouldReadOnAfterConnectionsThatAreReset() {
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.TIMING)) {
            proxy.resetConnections(3);
            try (StoredFile file = storage.open(SHARD, LENGTH)) {
                assertThat(read(file, 0, LENGTH)).isEqualTo(ByteBuffer.wrap(content));
            }
        }
    }

    @Test
    void shouldReadThroughEveryKindOfTrouble() {
        Fault[] faults =
                faults().map(a -> (Fault) a.get()[1]).limit(5).toArray(Fault[]::new); // quick ones
        proxy.plan(
                request -> {
                    synchronized (random) {
                        return random.nextInt(3) > 0
                                ? faults[random.nextInt(faults.length)]
                                : Fault.NONE;
                    }
                });
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.TIMING);
                StoredFile file = storage.open(SHARD, LENGTH)) {
            file.prefetch(0, LENGTH);
            assertThat(read(file, 0, LENGTH))
                    .as("seed %d", seed)
                    .isEqualTo(ByteBuffer.wrap(content));
        }
    }

    @Test
    void shouldSayWhatLastFailedWhenPatienceIsOver() {
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.IMPATIENT);
                StoredFile file = storage.open(SHARD, LENGTH)) {
            proxy.plan(request -> Fault.SLOW_DOWN);

            assertThatThrownBy(() -> read(file, 0, 10))
                    .isInstanceOf(StoreException.class)
                    .hasMessageMatching(
                            "s3://photos/sets/train/shard.parquet: cannot be read: \\d+ attempts"
                                    + " failed within \\d+ s, the last with: HTTP 503 SlowDown"
                                    + " \\(Please reduce your request rate\\.\\)")
                    .satisfies(
                            e ->
                                    assertThat(((StoreException) e).category())
                                            .isEqualTo(Category.ABORT_RANK));

            proxy.plan(request -> Fault.cutAfter(100));
            assertThatThrownBy(() -> read(file, 0, 10))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("attempts failed within")
                    .hasMessageMatching(".*(SocketException|EOFException|IOException): .*");

            proxy.plan(request -> Fault.NONE);
            assertThat(read(file, 0, 10)).isEqualTo(ByteBuffer.wrap(content, 0, 10));
        }
    }

    @Test
    void shouldSayWhereNobodyAnswers() throws Exception {
        String address;
        try (ServerSocket closed = new ServerSocket(0)) {
            address = "http://127.0.0.1:" + closed.getLocalPort();
        }
        try (Storage storage = Clients.open(address, cache, Clients.IMPATIENT)) {
            assertThatThrownBy(() -> storage.exists(SHARD))
                    .isInstanceOf(StoreException.class)
                    .hasMessageMatching(
                            "s3://photos/sets/train/shard.parquet: cannot be read: \\d+ attempts"
                                    + " failed within \\d+ s, the last with: ConnectException:"
                                    + " Connection refused");
        }
    }

    @Test
    void shouldNotTakeAWholeObjectForAPart() {
        try (Storage storage = Clients.open(proxy.address(), cache, Clients.TIMING);
                StoredFile file = storage.open(SHARD, LENGTH)) {
            proxy.plan(
                    request ->
                            (answer, client) ->
                                    new Fault.Answer(
                                                    answer.head()
                                                            .replaceAll(
                                                                    "Content-Range: [^\r]*\r\n",
                                                                    ""),
                                                    answer.body(),
                                                    answer.length(),
                                                    true)
                                            .copy(client, Long.MAX_VALUE));

            assertThatThrownBy(() -> read(file, CHUNK, 10))
                    .isInstanceOf(StoreException.class)
                    .hasMessage(
                            "s3://photos/sets/train/shard.parquet: asked for bytes %d-%d, the store"
                                    + " sends the whole object",
                            CHUNK, 2 * CHUNK - 1);
        }
    }
}
