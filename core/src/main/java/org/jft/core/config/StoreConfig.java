package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.nio.file.Path;

/**
 * How data sets in object stores ({@code s3://}) are read.
 *
 * @param cache folder that keeps what was read; processes of one machine may share it. Null: {@code
 *     jft} in {@code $XDG_CACHE_HOME} or {@code ~/.cache}
 * @param cacheSize what the folder may hold; null: half of what is free on its disk
 * @param endpoint address of an S3-compatible store; null: AWS, or what {@code AWS_ENDPOINT_URL_S3}
 *     or {@code AWS_ENDPOINT_URL} say
 * @param chunk what one request fetches
 * @param requests requests under way at a time, of one open data set
 */
public record StoreConfig(
        String cache, ByteSize cacheSize, String endpoint, ByteSize chunk, int requests) {
    private static final ByteSize DEFAULT_CHUNK = ByteSize.parse("8MiB");
    private static final long MIN_CHUNK = 64 << 10;
    private static final long MAX_CHUNK = 64 << 20;

    public StoreConfig {
        chunk = chunk == null ? DEFAULT_CHUNK : chunk;
        requests = requests == 0 ? 8 : requests;
        check(cache == null || !cache.isBlank(), "data.store.cache must name a folder");
        check(
                chunk.bytes() >= MIN_CHUNK && chunk.bytes() <= MAX_CHUNK,
                "data.store.chunk must be between 64KiB and 64MiB: %s",
                chunk);
        check(
                cacheSize == null || cacheSize.bytes() / 2 >= chunk.bytes(),
                "data.store.cache_size must hold two chunks of %s: %s",
                chunk,
                cacheSize);
        check(
                endpoint == null || endpoint.matches("https?://\\S+"),
                "data.store.endpoint must begin with http:// or https://: %s",
                endpoint);
        check(requests > 0, "data.store.requests must be positive: %s", requests);
    }

    /** Returns defaults. */
    public static StoreConfig defaults() {
        return new StoreConfig(null, null, null, null, 0);
    }

    /** Returns the cache's folder on this machine. */
    public Path cacheFolder() {
        if (cache != null) {
            return Path.of(cache);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        return caches == null || caches.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "jft")
                : Path.of(caches, "jft");
    }
}
