package org.jft.data.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jft.core.config.StoreConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A prefix of a bucket. */
final class S3Storage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(S3Storage.class);

    private final S3Location place;
    private final Path cacheFolder;
    private final String store;
    private final S3Bucket bucket;
    private final DiskCache cache;
    private final ChunkReader chunks;
    private final int chunkBytes;
    private final TrafficCounter traffic;

    private S3Storage(
            S3Location place, StoreConfig config, S3Access access, DiskCache cache, Timing timing) {
        this.place = place;
        this.cacheFolder = config.cacheFolder();
        this.store = access.describe();
        this.cache = cache;
        this.traffic = new TrafficCounter();
        this.bucket = new S3Bucket(place, access, timing, traffic);
        this.chunks = new ChunkReader(bucket, cache, config.requests(), traffic);
        this.chunkBytes = Math.toIntExact(config.chunk().bytes());
    }

    static S3Storage open(S3Location place, StoreConfig config, Timing timing) {
        S3Access access = S3Access.resolve(place, config);
        DiskCache cache = DiskCache.at(config.cacheFolder(), config.cacheSize());
        return new S3Storage(place, config, access, cache, timing);
    }

    @Override
    public Optional<Path> folder() {
        return Optional.empty();
    }

    @Override
    public OptionalLong nearBytes() {
        return OptionalLong.of(cache.limit());
    }

    /** Beside the chunks, not bounded with them. */
    @Override
    public Path derived(String fingerprint) {
        return cacheFolder.resolve(fingerprint);
    }

    @Override
    public String locate(String name) {
        return name.isEmpty() ? place.toString() : place.locate(place.key(name));
    }

    @Override
    public boolean exists(String name) {
        return bucket.find(place.key(name)) != null;
    }

    @Override
    public byte[] readAll(String name) {
        S3Object object = bucket.find(place.key(name));
        if (object == null) {
            throw Problems.missing(locate(name), null);
        }
        return bucket.readAll(object);
    }

    @Override
    public StoredFile open(String name, long expectedBytes) {
        S3Object object = bucket.find(place.key(name));
        if (object == null) {
            throw Problems.missingThoughListed(locate(name), null);
        }
        Problems.checkSize(object.location(), object.length(), expectedBytes);
        return new ChunkedFile(object, store, chunks, chunkBytes);
    }

    @Override
    public Traffic traffic() {
        return traffic.snapshot();
    }

    @Override
    public void close() {
        chunks.close();
        bucket.close();
        Traffic total = traffic();
        if (total.fetchedBytes() > 0) {
            LOG.info(
                    "{}: {} MB fetched, {} reads from the cache, {} requests sent again",
                    place,
                    "%,.1f".formatted(total.fetchedBytes() / 1e6),
                    "%,d".formatted(total.cacheHits()),
                    "%,d".formatted(total.retries()));
        }
    }
}
