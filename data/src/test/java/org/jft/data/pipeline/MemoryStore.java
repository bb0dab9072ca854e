package org.jft.data.pipeline;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jft.data.image.TestImages;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/** A data set in memory. Row r has labels {r mod 10: 0.9, 10 + r mod 7: 0.4}. */
final class MemoryStore implements SampleStore {
    private final List<byte[]> images = new ArrayList<>();
    private final BitSet dropped = new BitSet();
    private LongPredicate unlabelled = row -> false;
    private volatile LongConsumer beforeRead = row -> {};

    /** Small pictures of noise: every third a JPEG, the others PNG, no two alike. */
    static MemoryStore ofPictures(int rows) {
        MemoryStore store = new MemoryStore();
        for (int row = 0; row < rows; row++) {
            var picture = TestImages.noise(20 + row % 5, 20 + row % 3, row);
            store.images.add(row % 3 == 0 ? TestImages.jpeg(picture) : TestImages.png(picture));
        }
        return store;
    }

    /** Cuts an image in half. */
    MemoryStore damage(int row) {
        images.set(row, java.util.Arrays.copyOf(images.get(row), images.get(row).length / 2));
        return this;
    }

    MemoryStore replace(int row, byte[] image) {
        images.set(row, image);
        return this;
    }

    MemoryStore drop(int row) {
        dropped.set(row);
        return this;
    }

    /** Called on the reading thread; may throw or wait. */
    MemoryStore beforeRead(LongConsumer hook) {
        beforeRead = hook;
        return this;
    }

    /** Returns its classes, without a hierarchy. */
    Taxonomy taxonomy() {
        return Taxonomy.flat(IntStream.range(0, 17).mapToObj(k -> "class " + k).toList());
    }

    /** Takes the labels of some rows away. */
    MemoryStore unlabelled(LongPredicate rows) {
        unlabelled = rows;
        return this;
    }

    @Override
    public long rowCount() {
        return images.size();
    }

    @Override
    public boolean dropped(long row) {
        return dropped.get((int) row);
    }

    @Override
    public long droppedCount() {
        return dropped.cardinality();
    }

    @Override
    public int classCount() {
        return 17;
    }

    @Override
    public SampleKey key(long row) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(images.get((int) row));
            ByteBuffer bytes = ByteBuffer.wrap(hash);
            return new SampleKey(bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public ByteBuffer readImage(long row, ByteBuffer scratch) {
        beforeRead.accept(row);
        byte[] image = images.get((int) row);
        ByteBuffer target =
                image.length <= scratch.capacity()
                        ? scratch
                        : ByteBuffer.allocateDirect(image.length);
        return target.clear().put(image).flip();
    }

    @Override
    public Labels labels(long row) {
        if (unlabelled.test(row)) {
            return Labels.NONE;
        }
        return new Labels(
                new int[] {(int) (row % 10), 10 + (int) (row % 7)}, new float[] {0.9f, 0.4f});
    }

    /** Even rows only. */
    @Override
    public Optional<Labels> cleanLabels(long row) {
        return row % 2 == 0
                ? Optional.of(new Labels(new int[] {(int) (row % 10)}, new float[] {1}))
                : Optional.empty();
    }

    @Override
    public String locate(long row) {
        return "memory row " + row;
    }

    @Override
    public String fingerprint() {
        return "memory";
    }

    @Override
    public void close() {}
}
