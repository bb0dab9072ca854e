package org.jft.data.ingest;

import java.util.ArrayList;
import java.util.List;

/** What lies in one archive. */
final class ArchiveIndex {
    private final List<Item> items = new ArrayList<>();
    private boolean compressed;
    private long leftAside;

    /**
     * An image, or what should have been one.
     *
     * @param name within the archive; empty for the archive itself
     * @param offset of the image's first byte in the (decompressed) archive
     * @param problem why it cannot be used; null when it can
     */
    record Item(String name, long offset, int length, List<Entry.Claim> claims, String problem) {
        static Item unusable(String name, String problem) {
            return new Item(name, 0, 0, List.of(), problem);
        }
    }

    void add(Item item) {
        items.add(item);
    }

    /** Counts members that belong to no sample. */
    void leaveAside(long count) {
        leftAside += count;
    }

    void compressed(boolean value) {
        compressed = value;
    }

    List<Item> items() {
        return items;
    }

    boolean compressed() {
        return compressed;
    }

    long leftAside() {
        return leftAside;
    }
}
