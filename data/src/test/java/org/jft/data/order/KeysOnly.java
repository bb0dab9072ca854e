package org.jft.data.order;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;

/** A data set of keys, in some sharding; whoever asks for more is wrong. */
record KeysOnly(SampleKey[] keys, BitSet dropped) implements SampleStore {
    KeysOnly(SampleKey[] keys) {
        this(keys, new BitSet());
    }

    static KeysOnly random(int rows, long seed) {
        Random random = new Random(seed);
        SampleKey[] keys = new SampleKey[rows];
        for (int row = 0; row < rows; row++) {
            keys[row] = new SampleKey(random.nextLong(), random.nextLong());
        }
        return new KeysOnly(keys);
    }

    @Override
    public long rowCount() {
        return keys.length;
    }

    @Override
    public SampleKey key(long row) {
        return keys[(int) row];
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
        throw new UnsupportedOperationException();
    }

    @Override
    public ByteBuffer readImage(long row, ByteBuffer scratch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Labels labels(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Labels> cleanLabels(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String locate(long row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String fingerprint() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
