package org.jft.data.shard;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.store.Storage;
import org.jft.data.store.StoreException;
import org.jft.data.store.StoredFile;
import org.jft.data.taxonomy.Taxonomy;

/**
 * Where a shard's index comes from: a file in a folder of this machine; failing that, the file that
 * lies beside a remote shard; failing that, the shard itself, page by page. What had to be fetched
 * or made is kept in the folder, or in memory where the folder may only be read.
 *
 * @param storage where the data set lies
 * @param shard the shard; not owned
 */
record IndexSource(Storage storage, StoredFile shard, Manifest.Shard listed, Rules rules) {
    /**
     * What all shards of a data set have in common.
     *
     * @param folder where index files are kept
     * @param taxonomy every label is one of its classes
     * @param columns null for our own shards
     * @param meaning hash of what the index of a foreign shard depends on besides the shard: its
     *     columns and the names of the classes; 0 for our own
     */
    record Rules(Path folder, Taxonomy taxonomy, Manifest.Columns columns, long meaning) {
        static Rules of(Path folder, Taxonomy taxonomy, Manifest.Columns columns) {
            if (columns == null) {
                return new Rules(folder, taxonomy, null, 0);
            }
            Stream<String> names = Stream.of(columns.image(), columns.label());
            String hash =
                    Sha256.ofLines("foreign", Stream.concat(names, taxonomy.names().stream()));
            return new Rules(folder, taxonomy, columns, Long.parseUnsignedLong(hash, 0, 16, 16));
        }
    }

    private ShardIndexFile file() {
        return new ShardIndexFile(rules.folder, listed);
    }

    private boolean fits(ShardIndex.Header header) {
        return header.isFor(listed)
                && header.meaning() == rules.meaning
                && header.labelIdEnd() <= rules.taxonomy.size();
    }

    private boolean fits(ByteBuffer block) {
        return fits(ShardIndex.Header.read(block));
    }

    private ByteBuffer fromShard() {
        return rules.columns == null
                ? new ShardFile(shard, listed).index(rules.taxonomy.size())
                : new ForeignShard(shard, listed, rules).index();
    }

    /** Returns whether the folder has it, after a look at the file's first bytes. */
    boolean ready() {
        return file().header().filter(this::fits).isPresent();
    }

    /**
     * Maps it, or makes it again when it is damaged.
     *
     * @throws CorruptDataException naming the shard and what is wrong in it
     */
    ShardIndex load() {
        return file().read().filter(this::fits).map(ShardIndex::new).orElseGet(this::make);
    }

    /**
     * Fetches or makes it and keeps it.
     *
     * @throws CorruptDataException naming the shard and what is wrong in it
     */
    ShardIndex make() {
        ByteBuffer block = fetched();
        if (block == null) {
            block = fromShard();
        }
        boolean kept = file().write(block);
        ShardIndex inMemory = new ShardIndex(block);
        return kept ? file().read().map(ShardIndex::new).orElse(inMemory) : inMemory;
    }

    /** Returns one sentence when the file that is kept says something else than the shard. */
    Optional<String> problem() {
        ByteBuffer right = fromShard();
        boolean same = file().read().map(right::equals).orElse(true);
        return same
                ? Optional.empty()
                : Optional.of("%s: not the index of its shard; delete it".formatted(file()));
    }

    /** Returns a remote set's own index file; null when there is none that fits. */
    private ByteBuffer fetched() {
        if (storage.folder().isPresent()) {
            return null;
        }
        String name = ShardIndexFile.nameFor(listed);
        ByteBuffer block;
        try {
            if (!storage.exists(name)) {
                return null;
            }
            block = ByteBuffer.wrap(storage.readAll(name));
        } catch (StoreException e) {
            return null; // denied, as a missing object is where the bucket may not be listed
        }
        boolean fits =
                block.capacity() >= ShardIndex.HEADER_BYTES
                        && fits(block)
                        && ShardIndex.intact(block);
        return fits ? block : null;
    }
}
