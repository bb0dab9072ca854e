package org.jft.data.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jft.core.config.ByteSize;
import org.jft.core.config.StoreConfig;

/** How tests reach their server: never through the settings of whoever runs them. */
final class Clients {
    static final int CHUNK = 64 << 10;
    static final int REQUESTS = 4;
    static final String PREFIX = "sets/train";
    static final S3Location PLACE = new S3Location(S3Server.BUCKET, PREFIX);

    /** Gives up on a response soon, on a store late. */
    static final Timing TIMING =
            new Timing(
                    Duration.ofSeconds(5),
                    Duration.ofMillis(500),
                    Duration.ofMillis(1000),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMillis(1),
                    Duration.ofMillis(20));

    /** Gives up on a store soon. */
    static final Timing IMPATIENT =
            new Timing(
                    TIMING.connect(),
                    TIMING.silence(),
                    TIMING.response(),
                    Duration.ofMillis(100),
                    Duration.ofMillis(100),
                    TIMING.firstDelay(),
                    TIMING.maxDelay());

    private static final Map<String, String> SETTINGS = new LinkedHashMap<>();

    static {
        SETTINGS.put("aws.accessKeyId", S3Server.USER);
        SETTINGS.put("aws.secretAccessKey", S3Server.SECRET);
        SETTINGS.put("aws.region", "us-east-1");
        SETTINGS.put("aws.configFile", "/nowhere");
        SETTINGS.put("aws.sharedCredentialsFile", "/nowhere");
        SETTINGS.put("aws.disableEc2Metadata", "true");
    }

    private Clients() {}

    static void useSettings() {
        SETTINGS.forEach(System::setProperty);
    }

    static void forgetSettings() {
        SETTINGS.keySet().forEach(System::clearProperty);
    }

    static StoreConfig config(String endpoint, Path cache, long cacheBytes) {
        return new StoreConfig(
                cache.toString(),
                new ByteSize(cacheBytes),
                endpoint,
                new ByteSize(CHUNK),
                REQUESTS);
    }

    static Storage open(String endpoint, Path cache, Timing timing) {
        return S3Storage.open(PLACE, config(endpoint, cache, 1 << 30), timing);
    }

    static ByteBuffer read(StoredFile file, long position, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(position, into);
        return into.flip();
    }
}
