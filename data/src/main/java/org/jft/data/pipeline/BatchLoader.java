package org.jft.data.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jft.core.config.DataConfig;
import org.jft.core.failure.JftException;
import org.jft.data.image.ImageTransform;
import org.jft.data.order.BatchPartition;
import org.jft.data.order.SampleOrder;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Decodes batches ahead of their use and hands them out in order. What a batch holds depends on its
 * number alone, never on threads or timing.
 *
 * <p>Memory: data.loader.prefetch + 1 batches of pixels, allocated once. One thread calls {@link
 * #next} and closes each batch when it is done with it, at the latest when it has prefetch + 1 of
 * them, and the loader at the end. The store is not the loader's: close it afterwards.
 *
 * <pre>{@code
 * try (BatchLoader loader = BatchLoader.training(stream, data, taxonomy, quarantine, 0, steps, 8)) {
 *     for (Batch next = loader.next(); next != null; next = loader.next()) {
 *         try (Batch batch = next) {
 *             ...
 *         }
 *     }
 * }
 * }</pre>
 */
public final class BatchLoader implements AutoCloseable {
    /** How far to read ahead where the order has no window. */
    private static final int BATCHES_AHEAD = 16;

    private final Prefetcher prefetcher;
    private final ReadAhead readAhead; // null for a store at hand
    private final BadImages badImages;
    private RuntimeException failure;

    private BatchLoader(Prefetcher prefetcher, ReadAhead readAhead, BadImages badImages) {
        this.prefetcher = prefetcher;
        this.readAhead = readAhead;
        this.badImages = badImages;
    }

    /**
     * Starts to read what a worker trains on: the micro batches of its steps, in order.
     *
     * @param taxonomy of the store's classes
     * @param firstStep where to begin; a resumed run's next step
     * @param endStep the first step that is not read
     * @param threads decoding threads, at least 1
     */
    public static BatchLoader training(
            TrainingStream stream,
            DataConfig config,
            Taxonomy taxonomy,
            Quarantine quarantine,
            long firstStep,
            long endStep,
            int threads) {
        return training(
                stream,
                config,
                taxonomy,
                quarantine,
                firstStep,
                endStep,
                stream.partition().share().stream()
                        .map(micro -> stream.partition().positionOf(firstStep, micro))
                        .toList(),
                threads);
    }

    /**
     * Starts to read what a worker trains on when another number of workers has begun the first
     * step.
     *
     * @param ofFirstStep first positions of the micro batches of {@code firstStep} that are read,
     *     in place of this worker's share of them
     */
    public static BatchLoader training(
            TrainingStream stream,
            DataConfig config,
            Taxonomy taxonomy,
            Quarantine quarantine,
            long firstStep,
            long endStep,
            List<Long> ofFirstStep,
            int threads) {
        checkArgument(
                0 <= firstStep && firstStep <= endStep,
                "steps out of order: firstStep=%s, endStep=%s",
                firstStep,
                endStep);
        LabelReader labels = LabelReader.training(stream.store(), config.labels(), taxonomy);
        BadImages badImages =
                new BadImages(
                        config.loader().maxBadShare(),
                        stream.selection().count(),
                        quarantine.file());
        TrainingBatches plan =
                new TrainingBatches(stream.partition(), firstStep, endStep, ofFirstStep);
        return start(
                plan,
                readAhead(stream, plan),
                badImages,
                config,
                1,
                threads,
                () -> {
                    ImageTransform transform = ImageTransform.training(config.image());
                    RowDecoder decoder = new RowDecoder(stream.store(), transform, stream.seed());
                    return new TrainingReader(
                            stream, decoder, labels, quarantine, mixer(stream, config));
                });
    }

    /**
     * Starts to read rows for evaluation: nothing random, each row once, bad and dropped images
     * left out.
     *
     * @param taxonomy of the store's classes
     * @param threads decoding threads, at least 1
     */
    public static BatchLoader evaluation(
            EvaluationStream stream,
            DataConfig config,
            Taxonomy taxonomy,
            Quarantine quarantine,
            int threads) {
        LabelReader labels =
                LabelReader.evaluation(
                        stream.store(), stream.preferClean(), config.labels(), taxonomy);
        long rows = stream.endRow() - stream.firstRow();
        EvaluationBatches plan =
                new EvaluationBatches(stream.firstRow(), stream.endRow(), stream.batch());
        return start(
                plan,
                readAhead(stream.store(), plan, LongUnaryOperator.identity(), BATCHES_AHEAD),
                new BadImages(BadImages.NO_LIMIT, rows, quarantine.file()),
                config,
                stream.crops(),
                threads,
                () -> {
                    ImageTransform transform =
                            ImageTransform.evaluation(config.image(), stream.crops());
                    RowDecoder decoder = new RowDecoder(stream.store(), transform, 0);
                    return new EvaluationReader(stream, decoder, labels, quarantine);
                });
    }

    /** A worker's share of a window ahead: then every block of it is fetched once. */
    private static ReadAhead readAhead(TrainingStream stream, BatchPlan plan) {
        SampleOrder order = stream.order();
        BatchPartition partition = stream.partition();
        long share = order.windowRows() / partition.at().worldSize() / partition.microBatch();
        return readAhead(
                stream.store(),
                plan,
                position -> stream.selection().row(order.indexAt(position)),
                order.windowBlocks() == 0 ? BATCHES_AHEAD : Ints.saturatedCast(share + 1));
    }

    private static ReadAhead readAhead(
            SampleStore store, BatchPlan plan, LongUnaryOperator rowAt, int ahead) {
        return store.nearBytes().isPresent() ? new ReadAhead(store, plan, rowAt, ahead) : null;
    }

    private static BatchMixer mixer(TrainingStream stream, DataConfig config) {
        return config.mix().enabled()
                ? new BatchMixer(
                        config.mix(),
                        config.image().size(),
                        stream.partition().microBatch(),
                        stream.objective(),
                        stream.seed())
                : null;
    }

    private static BatchLoader start(
            BatchPlan plan,
            ReadAhead readAhead,
            BadImages badImages,
            DataConfig config,
            int views,
            int threads,
            Supplier<SampleReader> readers) {
        checkArgument(threads > 0, "threads must be positive: threads=%s", threads);
        int slots = config.loader().prefetch() + 1; // one is in the consumer's hands
        Prefetcher prefetcher =
                new Prefetcher(
                        plan,
                        slots,
                        views * ImageTransform.viewBytes(config.image()),
                        readAhead == null ? () -> {} : readAhead::advance);
        List<SampleReader> perThread = Stream.generate(readers).limit(threads).toList();
        if (readAhead != null) {
            readAhead.start();
        }
        prefetcher.start(perThread);
        return new BatchLoader(prefetcher, readAhead, badImages);
    }

    /**
     * Waits for the next batch; the caller closes it.
     *
     * @return null after the last
     * @throws JftException if a row of it cannot be read, or too many images are bad; the same
     *     again on every later call
     */
    public Batch next() {
        if (failure != null) {
            throw failure;
        }
        try {
            while (true) {
                Slot slot = prefetcher.next();
                if (slot == null) {
                    return null;
                }
                badImages.add(slot.size(), slot.badCount());
                int size = slot.compact();
                if (size > 0) {
                    return new Batch(slot, size, prefetcher::release);
                }
                prefetcher.release(slot); // every image is bad or dropped, and this is evaluation
            }
        } catch (JftException e) {
            failure = e;
            throw e;
        }
    }

    /** Returns how long {@link #next} has waited: the time lost to reading and decoding. */
    public long waitNanos() {
        return prefetcher.waitNanos();
    }

    /** Returns the bad images met in the batches handed out so far. Consumer's thread only. */
    public long badImages() {
        return badImages.bad();
    }

    /** Stops the threads and waits for them; each finishes the image it is at. Idempotent. */
    @Override
    public void close() {
        if (readAhead != null) {
            readAhead.close();
        }
        prefetcher.close();
    }
}
