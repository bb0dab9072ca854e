package org.jft.data.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads chunks through the disk cache. A chunk that it lacks is fetched once, however many threads
 * ask for it, and a bounded number of chunks at a time; each of these is held in memory until the
 * cache has it. Chunks that someone waits for go before prefetched ones. Thread-safe.
 */
final class ChunkReader implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;
    private static final long CLOSE_SECONDS = 2;

    private final ChunkSource source;
    private final DiskCache cache;
    private final TrafficCounter traffic;
    private final ConcurrentMap<String, Fetch> underWay = new ConcurrentHashMap<>();
    private final AtomicLong submitted = new AtomicLong();
    private final ThreadPoolExecutor threads;

    /**
     * Starts no thread before there is something to fetch.
     *
     * @param requests fetched at a time, at most
     */
    ChunkReader(ChunkSource source, DiskCache cache, int requests, TrafficCounter traffic) {
        this.source = source;
        this.cache = cache;
        this.traffic = traffic;
        this.threads =
                new ThreadPoolExecutor(
                        requests,
                        requests,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(),
                        ChunkReader::daemon,
                        (turn, closed) -> ((Turn) turn).fetch.failClosed());
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "chunk-fetch");
        thread.setDaemon(true);
        return thread;
    }

    /** Fills a buffer with a part of a chunk. */
    void read(Chunk chunk, int offset, ByteBuffer into) {
        Fetch fetch = underWay.get(chunk.name());
        if (fetch == null) {
            int start = into.position();
            if (cache.read(chunk.name(), chunk.length(), offset, into)) {
                traffic.cacheHits.increment();
                return;
            }
            into.position(start);
            fetch = underWay.computeIfAbsent(chunk.name(), name -> new Fetch(chunk));
        }
        fetch.demand();
        into.put(fetch.await(), offset, into.remaining());
    }

    /** Fetches a chunk into the cache some time. */
    void prefetch(Chunk chunk) {
        if (cache.use(chunk.name())) { // else those that come next would be the first to go
            return;
        }
        Fetch fetch = new Fetch(chunk);
        if (underWay.putIfAbsent(chunk.name(), fetch) == null) {
            threads.execute(new Turn(fetch, false, submitted.incrementAndGet()));
        }
    }

    /** Makes the next read fetch a chunk again. */
    void forget(Chunk chunk) {
        Fetch fetch = underWay.get(chunk.name());
        if (fetch != null) {
            fetch.over.join(); // who waited for it has its bytes before the cache
        }
        cache.forget(chunk.name());
    }

    /** A fetch's place in the queue; one that is demanded after its prefetch has two. */
    private record Turn(Fetch fetch, boolean demanded, long number)
            implements Runnable, Comparable<Turn> {
        private static final Comparator<Turn> ORDER =
                Comparator.comparing(Turn::demanded).reversed().thenComparing(Turn::number);

        @Override
        public void run() {
            fetch.run();
        }

        @Override
        public int compareTo(Turn other) {
            return ORDER.compare(this, other);
        }
    }

    /** One chunk on its way. */
    private final class Fetch {
        private final Chunk chunk;
        private final CompletableFuture<byte[]> content = new CompletableFuture<>();
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final AtomicBoolean demanded = new AtomicBoolean();
        private final AtomicBoolean started = new AtomicBoolean();

        Fetch(Chunk chunk) {
            this.chunk = chunk;
        }

        /** Puts it before the prefetches; the first demand counts. */
        void demand() {
            if (demanded.compareAndSet(false, true)) {
                threads.execute(new Turn(this, true, submitted.incrementAndGet()));
            }
        }

        void run() {
            if (!started.compareAndSet(false, true)) {
                return;
            }
            try (FileLock claim = cache.claim(chunk.name())) {
                // another thread or process may just have fetched it
                byte[] found = cache.load(chunk.name(), chunk.length());
                if (found != null) {
                    content.complete(found);
                    return;
                }
                byte[] fetched = source.fetch(chunk.object(), chunk.position(), chunk.length());
                content.complete(fetched); // who waits need not wait for the disk
                cache.put(chunk.name(), fetched);
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
            } finally {
                underWay.remove(chunk.name(), this);
                over.complete(null);
            }
        }

        /** Fails who waits; who comes later tries again. */
        private void fail(Throwable e) {
            underWay.remove(chunk.name(), this);
            over.complete(null);
            content.completeExceptionally(e);
        }

        void failClosed() {
            fail(new StoreException(chunk.object().location(), "closed while it is read", null));
        }

        /** Returns the chunk's content. */
        byte[] await() {
            try {
                return content.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException(
                        chunk.object().location(), "cannot be read: interrupted", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new StoreException(
                        chunk.object().location(), "cannot be read: " + e.getCause(), e);
            }
        }
    }

    /** Fails reads that wait, and leaves some time to keep what is just fetched. */
    @Override
    public void close() {
        threads.shutdown();
        threads.getQueue().clear();
        try {
            threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        underWay.values().forEach(Fetch::failClosed);
    }
}
