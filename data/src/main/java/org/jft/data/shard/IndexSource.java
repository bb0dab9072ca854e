package org.jft.data.shard;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.Storage;
import org.jft.data.store.StoredFile;

/**
 * Where a shard's index comes from: a file in a folder of this machine; failing that, the file that
 * lies beside a remote shard; failing that, the shard itself, page by page. What had to be fetched
 * or made is kept in the folder, or in memory where the folder may only be read.
 *
 * @param storage where the data set lies
 * @param shard the shard; not owned
 * @param folder where index files are kept
 * @param classCount every label id must be below it
 */
record IndexSource(
        Storage storage, StoredFile shard, Manifest.Shard listed, Path folder, int classCount) {

    private ShardIndexFile file() {
        return new ShardIndexFile(folder, listed);
    }

    /** Returns whether the folder has it, after a look at the file's first bytes. */
    boolean ready() {
        return file().header().filter(header -> header.labelIdEnd() <= classCount).isPresent();
    }

    /**
     * Maps it, or makes it again when it is damaged.
     *
     * @throws CorruptDataException naming the shard and what is wrong in it
     */
    ShardIndex load() {
        return file().map().orElseGet(this::make);
    }

    /**
     * Fetches or makes it and keeps it.
     *
     * @throws CorruptDataException naming the shard and what is wrong in it
     */
    ShardIndex make() {
        ByteBuffer block = fetched();
        if (block == null) {
            block = new ShardFile(shard, listed).index(classCount);
        }
        boolean kept = file().write(block);
        ShardIndex inMemory = new ShardIndex(block);
        return kept ? file().map().orElse(inMemory) : inMemory;
    }

    /** Returns one sentence when the file that is kept says something else than the shard. */
    Optional<String> problem() {
        ByteBuffer right = new ShardFile(shard, listed).index(classCount);
        boolean same = file().read().map(right::equals).orElse(true);
        return same
                ? Optional.empty()
                : Optional.of("%s: not the index of its shard; delete it".formatted(file()));
    }

    /** Returns a remote set's own index file; null when there is none that fits. */
    private ByteBuffer fetched() {
        String name = ShardIndexFile.nameFor(listed);
        if (storage.folder().isPresent() || !storage.exists(name)) {
            return null;
        }
        ByteBuffer block = ByteBuffer.wrap(storage.readAll(name));
        boolean fits =
                block.capacity() >= ShardIndex.HEADER_BYTES
                        && ShardIndex.Header.read(block).isFor(listed)
                        && ShardIndex.Header.read(block).labelIdEnd() <= classCount
                        && ShardIndex.intact(block);
        return fits ? block : null;
    }
}
