package org.jft.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jft.core.config.DataConfig;
import org.jft.core.config.LoaderConfig;
import org.jft.core.config.TrainConfig.Objective;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.topology.Topology;
import org.jft.data.ingest.LabelNoise;
import org.jft.data.ingest.SynthDataSet;
import org.jft.data.ingest.SynthOptions;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.TrainingStream;
import org.jft.data.shard.DataSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data set that was copied into a bucket, opened as a run does. */
class S3DataSetTest {
    private static final int IMAGES = 300;

    @TempDir Path folder;

    private final long seed = new Random().nextLong();
    private S3Server server;
    private FaultyProxy proxy;
    private Path train;
    private DataConfig config;

    @BeforeEach
    void copySetIntoBucket() throws Exception {
        Clients.useSettings();
        server = new S3Server();
        proxy = new FaultyProxy(server.port());
        new SynthDataSet(new SynthOptions(IMAGES, 10, 32, 8, 0.3, 0, seed, LabelNoise.NONE))
                .write(folder.resolve("set"), false);
        train = folder.resolve("set/train");
        try (Stream<Path> files = Files.list(train)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                server.put("sets/train/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
        DataConfig defaults = DataConfig.of("s3://photos/sets/train", 32);
        config =
                new DataConfig(
                        defaults.train(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        defaults.image(),
                        null,
                        null,
                        null,
                        Clients.config(proxy.address(), folder.resolve("cache"), 1 << 30));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
        Clients.forgetSettings();
    }

    @Test
    void shouldHoldTheSameRowsAsTheFolder() {
        for (int opening = 0; opening < 2; opening++) {
            try (DataSet remote = DataSet.openTrain(config);
                    DataSet local = DataSet.open(train)) {
                assertThat(remote.rowCount()).isEqualTo(IMAGES);
                assertThat(remote.fingerprint()).isEqualTo(local.fingerprint());
                for (long row : new Random(seed).longs(400, 0, IMAGES).toArray()) {
                    assertThat(remote.key(row)).as("seed %d", seed).isEqualTo(local.key(row));
                    assertThat(remote.labels(row))
                            .usingRecursiveComparison()
                            .isEqualTo(local.labels(row));
                    assertThat(remote.readImage(row, null)).isEqualTo(local.readImage(row, null));
                }
            }
        }
        assertThat(DataSet.trainIsThere(config)).isTrue();
    }

    @Test
    void shouldFetchAgainWhatCameWrong() {
        AtomicBoolean spoil = new AtomicBoolean();
        proxy.plan(
                request ->
                        FaultyProxy.isRanged(request) && spoil.getAndSet(false)
                                ? Fault.FLIPPED
                                : Fault.NONE);
        try (DataSet remote = DataSet.openTrain(config);
                DataSet local = DataSet.open(train)) {
            long row = new Random(seed).nextInt(IMAGES);
            remote.key(row); // has its index from now on
            spoil.set(true);
            assertThat(remote.readImage(row, null))
                    .as("seed %d", seed)
                    .isEqualTo(local.readImage(row, null));
            assertThat(spoil).isFalse();
        }
    }

    @Test
    void shouldNameAnImageThatComesWrongAgainAndAgain() {
        try (DataSet remote = DataSet.openTrain(config);
                DataSet local = DataSet.open(train)) {
            remote.key(7); // has its index from now on
            proxy.plan(request -> Fault.FLIPPED);
            assertThatThrownBy(() -> remote.readImage(7, null))
                    .isInstanceOf(StoreException.class)
                    .hasMessageMatching(
                            "s3://photos/sets/train/.*: row 7: the bytes that came are not those"
                                    + " that were stored");
            proxy.plan(request -> Fault.NONE);
            assertThat(remote.readImage(7, null)).isEqualTo(local.readImage(7, null));
        }
    }

    @Test
    void shouldRefuseARandomOrderOverMoreThanItsCacheHolds() {
        assertThatThrownBy(() -> stream(withCache(0)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("s3://photos/sets/train: the order mixes what is larger, ")
                .hasMessageContaining("data.loader.window_blocks (now 0)");
        assertThat(stream(withCache(1)).order().windowBlocks()).isOne();
    }

    private TrainingStream stream(DataConfig small) {
        try (DataSet data = DataSet.openTrain(small)) {
            BatchPartition partition = new BatchPartition(8, 8, new Topology(0, 1));
            return TrainingStream.of(data, small, partition, Objective.SIGMOID, 0);
        }
    }

    private DataConfig withCache(int windowBlocks) {
        return new DataConfig(
                config.train(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                config.image(),
                null,
                null,
                new LoaderConfig(0, 0, 16, windowBlocks, null),
                Clients.config(proxy.address(), folder.resolve("small"), 1 << 17));
    }

    @Test
    void shouldNameAShardThatIsNotTheManifests() throws Exception {
        String name;
        try (DataSet local = DataSet.open(train)) {
            name = local.manifest().shards().get(0).file();
        }
        server.put("sets/train/" + name, new byte[10]);
        long bytes = Files.size(train.resolve(name));

        assertThatThrownBy(() -> DataSet.openTrain(config))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage(
                        "s3://photos/sets/train/%s: truncated: has 10 bytes, manifest.json says %,d",
                        name, bytes);
    }
}
