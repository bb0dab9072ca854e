package org.jft.data.spark;

import java.io.Serializable;
import org.jft.data.ingest.Entry;

/**
 * Equal images, wherever they are: the one that stays, with the labels of its side. {@link #and} is
 * associative and commutative, so that they can meet in any order.
 *
 * @param index of the one that stays, in the order of the source
 * @param entry the one that stays: a test image if there is one, the first of them
 * @param bytes of its image
 * @param test how many are held out
 * @param train how many are not
 */
record Copies(long index, Entry entry, long bytes, long test, long train) implements Serializable {
    static Copies of(long index, Entry entry, long bytes) {
        return new Copies(index, entry, bytes, entry.heldOut() ? 1 : 0, entry.heldOut() ? 0 : 1);
    }

    /** Unites two that were listed: those of one side share their labels. */
    Copies and(Copies other) {
        Copies stays = stays(other) ? this : other;
        Copies goes = stays == this ? other : this;
        boolean sameSide = stays.entry.heldOut() == goes.entry.heldOut();
        return stays.with(sameSide ? stays.entry.with(goes.entry) : stays.entry, goes);
    }

    /** Unites two that were made equal by shrinking: each keeps its own labels, one is dropped. */
    Copies without(Copies other) {
        Copies stays = stays(other) ? this : other;
        return stays.with(stays.entry, stays == this ? other : this);
    }

    private Copies with(Entry united, Copies goes) {
        return new Copies(index, united, bytes, test + goes.test, train + goes.train);
    }

    private boolean stays(Copies other) {
        return entry.heldOut() == other.entry.heldOut() ? index < other.index : entry.heldOut();
    }

    /** Returns how many were dropped for one of their own side. */
    long duplicates() {
        return (entry.heldOut() ? test : train) - 1;
    }

    /** Returns how many were dropped from training for a test image. */
    long leaks() {
        return entry.heldOut() ? train : 0;
    }
}
