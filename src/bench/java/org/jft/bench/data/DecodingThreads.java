package org.jft.bench.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jft.bench.Contender;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** A fixed number of threads, each with its own source, that share the files of a round. */
final class DecodingThreads implements Contender, AutoCloseable {
    private final List<byte[]> files;
    private final List<PixelSource> sources = new ArrayList<>();
    private final ExecutorService executor;
    private long firstRow; // so that every round draws other crops

    DecodingThreads(List<byte[]> files, int threads, Supplier<PixelSource> source) {
        this.files = files;
        for (int i = 0; i < threads; i++) {
            sources.add(source.get());
        }
        executor = Executors.newFixedThreadPool(threads);
    }

    /** Decodes every file once and returns images a second. */
    @Override
    public double round() throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Callable<Void>> work = new ArrayList<>();
        sources.forEach(source -> work.add(() -> decode(source, next)));
        long startNs = System.nanoTime();
        for (Future<Void> future : executor.invokeAll(work)) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw new JftException(
                        Category.ABORT_RUN, "decoding failed: %s".formatted(e.getCause()), e);
            }
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        firstRow += files.size();
        return files.size() / seconds;
    }

    private Void decode(PixelSource source, AtomicInteger next) {
        for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
            source.decode(files.get(i), firstRow + i);
        }
        return null;
    }

    @Override
    public void close() {
        executor.shutdownNow();
        sources.forEach(PixelSource::close);
    }
}
