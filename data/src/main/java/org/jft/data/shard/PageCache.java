package org.jft.data.shard;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.util.concurrent.ExecutionException;
import org.jft.core.failure.JftException;
import org.jft.data.store.StoredFile;

/**
 * Decompressed pages of foreign shards, those used last. Takes up to a quarter of the heap, and
 * nothing while no page is compressed. Thread-safe; threads that want the same page wait for one.
 */
final class PageCache {
    private static final int SHARE_OF_HEAP = 4;

    private final Cache<Key, byte[]> pages;

    private record Key(StoredFile file, int page) {}

    PageCache() {
        pages =
                CacheBuilder.newBuilder()
                        .maximumWeight(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP)
                        .<Key, byte[]>weigher((key, bytes) -> bytes.length)
                        .concurrencyLevel(1) // else no page above a part of the weight is kept
                        .build();
    }

    void forget(StoredFile file, int page) {
        pages.invalidate(new Key(file, page));
    }

    byte[] get(StoredFile file, ShardIndex index, int page) {
        try {
            return pages.get(new Key(file, page), () -> ForeignImages.read(file, index.page(page)));
        } catch (UncheckedExecutionException e) {
            if (e.getCause() instanceof JftException known) {
                throw known;
            }
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException("reading throws nothing that is checked", e);
        }
    }
}
