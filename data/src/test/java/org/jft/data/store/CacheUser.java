package org.jft.data.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.jft.core.config.StoreConfig;

/** A process of its own that reads chunks at random through a cache, and checks what it gets. */
final class CacheUser {
    private CacheUser() {}

    /** Starts one. */
    static Process start(
            String endpoint,
            Path cache,
            long cacheBytes,
            String shard,
            long contentSeed,
            int length,
            int reads)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CacheUser.class.getName(),
                        endpoint,
                        cache.toString(),
                        Long.toString(cacheBytes),
                        shard,
                        Long.toString(contentSeed),
                        Integer.toString(length),
                        Integer.toString(reads))
                .redirectErrorStream(true)
                .start();
    }

    static byte[] content(long seed, int length) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }

    /** Reads every chunk in some order, then others at random. */
    public static void main(String[] args) {
        Clients.useSettings();
        int length = Integer.parseInt(args[5]);
        byte[] content = content(Long.parseLong(args[4]), length);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        StoreConfig config = Clients.config(args[0], Path.of(args[1]), Long.parseLong(args[2]));
        try (Storage storage = S3Storage.open(Clients.PLACE, config, Timing.DEFAULT);
                StoredFile file = storage.open(args[3], length)) {
            int chunks = length / Clients.CHUNK;
            int[] order = random.ints(0, chunks).distinct().limit(chunks).toArray();
            for (int i = 0; i < Integer.parseInt(args[6]); i++) {
                int chunk = i < chunks ? order[i] : random.nextInt(chunks);
                int from = chunk * Clients.CHUNK + random.nextInt(Clients.CHUNK / 2);
                ByteBuffer found = Clients.read(file, from, Clients.CHUNK / 2);
                if (!found.equals(ByteBuffer.wrap(content, from, Clients.CHUNK / 2))) {
                    System.out.printf("wrong bytes from %d on, seed %d%n", from, seed);
                    System.exit(1);
                }
            }
        }
    }
}
