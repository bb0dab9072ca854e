package org.jft.data.ingest;

import java.util.List;
import java.util.function.Consumer;

/** Takes what lies in one archive, front to back. */
final class ArchiveIndex {
    private final Consumer<Item> items;
    private long leftAside;

    ArchiveIndex(Consumer<Item> items) {
        this.items = items;
    }

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
        items.accept(item);
    }

    /** Counts members that belong to no sample. */
    void leaveAside(long count) {
        leftAside += count;
    }

    long leftAside() {
        return leftAside;
    }
}
