package org.jft.data.order;

import java.util.BitSet;
import java.util.Random;
import org.jft.data.shard.PartialStore;
import org.jft.data.shard.SampleKey;

/** A data set of keys, in some sharding; whoever asks for more is wrong. */
record KeysOnly(SampleKey[] keys, BitSet dropped) implements PartialStore {
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
}
