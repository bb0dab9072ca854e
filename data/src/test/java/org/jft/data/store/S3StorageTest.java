package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jft.data.store.Clients.CHUNK;
import static org.jft.data.store.Clients.PREFIX;
import static org.jft.data.store.Clients.REQUESTS;
import static org.jft.data.store.Clients.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading from a real S3 server, nothing going wrong but what the user did. */
class S3StorageTest {
    private static final int LENGTH = 20 * CHUNK + 12345;
    private static final String SHARD = "shard.parquet";
    private static final String LOCATION = "s3://photos/sets/train/shard.parquet";

    @TempDir Path folder;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final byte[] content = new byte[LENGTH];
    private S3Server server;
    private FaultyProxy proxy;
    private Path cache;

    @BeforeEach
    void start() throws Exception {
        Clients.useSettings();
        server = new S3Server();
        proxy = new FaultyProxy(server.port());
        random.nextBytes(content);
        server.put(PREFIX + "/" + SHARD, content);
        cache = folder.resolve("cache");
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
        Clients.forgetSettings();
    }

    private Storage open() {
        return Clients.open(proxy.address(), cache, Clients.TIMING);
    }

    @Test
    void shouldReadWhatALocalFileHolds() throws Exception {
        Files.write(folder.resolve(SHARD), content);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Storage storage = open();
                Storage local = Storage.of(folder.toString());
                StoredFile file = storage.open(SHARD, LENGTH);
                StoredFile twin = local.open(SHARD, LENGTH)) {
            assertThat(file.length()).isEqualTo(LENGTH);
            assertThat(file.location()).isEqualTo(LOCATION);
            List<Future<BitSet>> readers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                long readerSeed = random.nextLong();
                readers.add(threads.submit(() -> compare(file, twin, new Random(readerSeed))));
            }
            BitSet touched = new BitSet();
            for (Future<BitSet> reader : readers) {
                touched.or(reader.get());
            }
            // however many threads asked for a chunk, and whether they hinted at it or not
            assertThat(proxy.rangedRequests()).as("seed %d", seed).isEqualTo(touched.cardinality());
            assertThat(storage.traffic().fetchedBytes()).isEqualTo(bytesOf(touched));
            assertThat(storage.traffic().retries()).isZero();
        } finally {
            threads.shutdown();
        }
    }

    private BitSet compare(StoredFile file, StoredFile twin, Random reads) {
        BitSet touched = new BitSet();
        for (int i = 0; i < 40; i++) {
            int from = reads.nextInt(LENGTH + 1);
            int length = Math.min(LENGTH - from, reads.nextInt(3 * CHUNK));
            ByteBuffer found = ByteBuffer.allocateDirect(length);
            ByteBuffer expected = ByteBuffer.allocate(length);
            if (reads.nextBoolean()) {
                file.prefetch(from, length);
            }
            file.read(from, found);
            twin.read(from, expected);
            assertThat(found.flip()).as("seed %d", seed).isEqualTo(expected.flip());
            if (length > 0) {
                touched.set(from / CHUNK, (from + length - 1) / CHUNK + 1);
            }
        }
        return touched;
    }

    private static long bytesOf(BitSet chunks) {
        return chunks.stream().mapToLong(i -> Math.min(CHUNK, LENGTH - (long) i * CHUNK)).sum();
    }

    @Test
    void shouldFillABufferBetweenItsPositionAndItsLimit() {
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            ByteBuffer into = ByteBuffer.allocate(2 * CHUNK + 10).position(7).limit(2 * CHUNK + 3);
            file.read(CHUNK - 5, into);

            assertThat(into.hasRemaining()).isFalse();
            assertThat(into.limit()).isEqualTo(2 * CHUNK + 3);
            assertThat(into.slice(7, 2 * CHUNK - 4))
                    .isEqualTo(ByteBuffer.wrap(content, CHUNK - 5, 2 * CHUNK - 4));
        }
    }

    @Test
    void shouldNotFetchAgainAfterARestart() {
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            file.prefetch(0, Long.MAX_VALUE / 2);
            read(file, 0, LENGTH);
        }
        long requests = proxy.rangedRequests();
        assertThat(proxy.connections()).as("kept alive").isLessThanOrEqualTo(REQUESTS + 1);
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            assertThat(read(file, 0, LENGTH)).isEqualTo(ByteBuffer.wrap(content));
            assertThat(storage.traffic()).isEqualTo(new Traffic(0, LENGTH / CHUNK + 1, 0));
        }
        assertThat(requests).isEqualTo(LENGTH / CHUNK + 1);
        assertThat(proxy.rangedRequests()).isEqualTo(requests);
    }

    @Test
    void shouldReadSmallFilesWhole() {
        server.put(PREFIX + "/manifest.json", "{}".getBytes());
        server.put(PREFIX + "/empty.json", new byte[0]);
        try (Storage storage = open()) {
            assertThat(storage.exists("manifest.json")).isTrue();
            assertThat(storage.readAll("manifest.json")).asString().isEqualTo("{}");
            assertThat(storage.readAll("empty.json")).isEmpty();
            assertThat(storage.open("empty.json", 0).length()).isZero();
            assertThat(storage.locate("taxonomy.json"))
                    .isEqualTo("s3://photos/sets/train/taxonomy.json");
            assertThat(storage.locate("")).isEqualTo("s3://photos/sets/train");
            assertThat(storage.folder()).isEmpty();
            assertThat(storage.derived("f00d")).isEqualTo(cache.resolve("f00d"));
            assertThat(storage.exists("taxonomy.json")).isFalse();
            assertThatThrownBy(() -> storage.readAll("taxonomy.json"))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("s3://photos/sets/train/taxonomy.json: missing");
        }
    }

    @Test
    void shouldReadFromTheRootOfABucket() {
        server.put("manifest.json", "{}".getBytes());
        try (Storage storage =
                Storage.of("s3://photos/", Clients.config(proxy.address(), cache, 1 << 30))) {
            assertThat(storage.readAll("manifest.json")).asString().isEqualTo("{}");
            assertThat(storage.locate("manifest.json")).isEqualTo("s3://photos/manifest.json");
            assertThat(storage.locate("")).isEqualTo("s3://photos");
        }
    }

    @Test
    void shouldNameAMissingShardAndOneOfAnotherSize() {
        try (Storage storage = open()) {
            assertThatThrownBy(() -> storage.open("b.parquet", 1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(
                            "s3://photos/sets/train/b.parquet: missing, but manifest.json lists it");
            assertThatThrownBy(() -> storage.open(SHARD, LENGTH + 1))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(
                            "%s: truncated: has %,d bytes, manifest.json says %,d",
                            LOCATION, LENGTH, LENGTH + 1);
        }
    }

    @Test
    void shouldNameAShardThatIsReplacedWhileInUse() {
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            read(file, 0, 10);
            server.put(PREFIX + "/" + SHARD, new byte[LENGTH]);

            assertThatThrownBy(() -> read(file, CHUNK, 10))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith(LOCATION + ": changed while in use: its ETag was \"");
        }
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            assertThat(read(file, 0, 10))
                    .as("not the old one's")
                    .isEqualTo(ByteBuffer.allocate(10));
        }
    }

    @Test
    void shouldNameAReplacedShardThoughTheStoreIgnoresConditions() {
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            proxy.plan(
                    request ->
                            (answer, client) -> {
                                String head =
                                        answer.head().replaceAll("ETag: [^\r]*", "ETag: \"x\"");
                                return new Fault.Answer(head, answer.body(), answer.length(), true)
                                        .copy(client, Long.MAX_VALUE);
                            });

            assertThatThrownBy(() -> read(file, CHUNK, 10))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith(LOCATION + ": changed while in use: its ETag was ")
                    .hasMessageEndingWith(", is \"x\"");
        }
    }

    @Test
    void shouldNameAShardThatVanishesWhileInUse() {
        try (Storage storage = open();
                StoredFile file = storage.open(SHARD, LENGTH)) {
            server.delete(PREFIX + "/" + SHARD);

            assertThatThrownBy(() -> read(file, CHUNK, 10))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage(LOCATION + ": vanished while in use");
        }
    }

    @Test
    void shouldNameAMissingBucket() {
        try (Storage storage =
                S3Storage.open(
                        S3Location.parse("s3://nothing/here"),
                        Clients.config(proxy.address(), cache, 1 << 30),
                        Clients.TIMING)) {
            assertThatThrownBy(() -> storage.exists("manifest.json"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("s3://nothing: there is no such bucket at %s", proxy.address());
        }
    }

    @Test
    void shouldNameWrongCredentials() {
        System.setProperty("aws.secretAccessKey", "wrong");
        try (Storage storage = open()) {
            assertThatThrownBy(() -> storage.exists(SHARD))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(
                            "s3://photos: the credentials are not accepted: HTTP 403"
                                    + " SignatureDoesNotMatch");
        }
    }

    @Test
    void shouldSayWhatMakesCredentials() {
        System.clearProperty("aws.secretAccessKey");
        assertThatThrownBy(this::open)
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "s3://photos: no credentials: set AWS_ACCESS_KEY_ID and"
                                + " AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role"
                                + " gives them");
    }

    @Test
    void shouldAskForARegionUnlessThereIsAnEndpoint() throws IOException {
        System.clearProperty("aws.region");
        assertThatThrownBy(
                        () ->
                                S3Storage.open(
                                        Clients.PLACE,
                                        Clients.config(null, cache, 1 << 30),
                                        Clients.TIMING))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "s3://photos: no region: set AWS_REGION, or data.store.endpoint for a store"
                                + " other than AWS");
        try (Storage storage = open()) {
            assertThat(storage.exists(SHARD)).isTrue();
        }
    }

    @Test
    void shouldNameTheRegionThatABucketIsIn() {
        proxy.plan(
                request ->
                        Fault.answer(
                                301,
                                "x-amz-bucket-region: eu-west-1\r\n",
                                "PermanentRedirect",
                                "The bucket you are attempting to access must be addressed"
                                        + " elsewhere."));
        try (Storage storage = open()) {
            assertThatThrownBy(() -> storage.exists(SHARD))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage(
                            "s3://photos: the bucket is in eu-west-1, not in us-east-1: set"
                                    + " AWS_REGION");
        }
    }

    @Test
    void shouldSayThatAccessIsDenied() {
        proxy.plan(request -> Fault.answer(403, "", "AccessDenied", "Access Denied"));
        try (Storage storage = open()) {
            assertThatThrownBy(() -> storage.exists(SHARD))
                    .isInstanceOf(StoreException.class)
                    .hasMessage(
                            LOCATION
                                    + ": access denied; S3 also says so when the object is missing"
                                    + " and the bucket may not be listed");
        }
    }

    @Test
    void shouldRefuseAnAddressWithoutABucket() {
        assertThatThrownBy(() -> Storage.of("s3:///sets"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("s3:///sets: not of the form s3://bucket/prefix");
    }
}
