package org.jft.data.shard;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.data.annotation.Annotations;
import org.jft.data.store.Storage;
import org.jft.data.store.StoreException;
import org.jft.data.store.StoredFile;

/**
 * A shard ready for random access. Its index is mapped when a row of it is first asked for, so that
 * a data set opens as fast as its files are found.
 */
final class OpenShard implements Closeable {
    /** Grown buffers are a multiple of this, so that slightly larger images do not grow them. */
    private static final int SCRATCH_STEP = 1 << 16;

    /** Reads of an image whose bytes come wrong from afar. */
    private static final int ATTEMPTS = 3;

    private static final int CHECKSUM_BUFFER = 1 << 20;

    private final StoredFile file;
    private final Manifest.Shard listed;
    private final IndexSource source;
    private final PageCache pages;
    private final ShardAnnotations annotations;
    private final boolean checked; // what crossed a network is hashed again
    private volatile ShardIndex index;

    private OpenShard(
            StoredFile file,
            Manifest.Shard listed,
            IndexSource source,
            PageCache pages,
            ShardAnnotations.Kept kept) {
        this.pages = pages;
        this.annotations =
                new ShardAnnotations(
                        new ShardFile(file, listed), source.rules().taxonomy().size(), kept);
        this.checked = source.storage().folder().isEmpty();
        this.file = file;
        this.listed = listed;
        this.source = source;
    }

    /**
     * Opens a shard; makes its index, if there is none yet.
     *
     * @throws org.jft.core.failure.CorruptDataException naming the file and what is wrong in it
     */
    static OpenShard open(
            Storage storage,
            Manifest.Shard listed,
            IndexSource.Rules rules,
            PageCache pages,
            ShardAnnotations.Kept kept) {
        StoredFile file = storage.open(listed.file(), listed.bytes());
        OpenShard shard =
                new OpenShard(
                        file, listed, new IndexSource(storage, file, listed, rules), pages, kept);
        try {
            if (!shard.source.ready()) {
                shard.index = shard.source.make();
            }
            return shard;
        } catch (RuntimeException e) {
            shard.close();
            throw e;
        }
    }

    /** Returns whether its index takes part of the address space yet. */
    boolean mapped() {
        return index != null;
    }

    ShardIndex index() {
        if (index == null) {
            synchronized (this) {
                if (index == null) {
                    index = source.load();
                }
            }
        }
        return index;
    }

    /** One positional read; allocates only when {@code scratch} is too small. */
    ByteBuffer readImage(int row, ByteBuffer scratch) {
        ShardIndex rows = index();
        int length = rows.imageBytes(row);
        ByteBuffer image = scratch;
        if (scratch == null || !scratch.isDirect() || scratch.capacity() < length) {
            int steps = (length + SCRATCH_STEP - 1) / SCRATCH_STEP;
            image = ByteBuffer.allocateDirect(Math.max(length, steps * SCRATCH_STEP));
        }
        image.limit(length);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                fill(rows, row, image.position(0));
                if (!checked || rows.key(row).equals(SampleKey.of(image))) {
                    return image;
                }
            } catch (CorruptDataException e) { // a page that came wrong does not decompress
                if (!checked || attempt == ATTEMPTS) {
                    throw e;
                }
            }
            forget(rows, row);
        }
        throw new StoreException(
                file.location(),
                "row %d: the bytes that came are not those that were stored".formatted(row),
                null);
    }

    /** Reads an image; position 0 afterwards. */
    private void fill(ShardIndex rows, int row, ByteBuffer image) {
        long offset = rows.offset(row);
        if (rows.paged() && image.hasRemaining()) {
            byte[] page = pages.get(file, rows, (int) (offset >>> Integer.SIZE));
            image.put(page, (int) offset, image.limit());
        } else {
            file.read(offset, image);
        }
        image.flip();
    }

    /** Keeps caches from giving the same wrong bytes again. */
    private void forget(ShardIndex rows, int row) {
        long offset = rows.offset(row);
        if (rows.paged()) {
            ImagePage page = rows.page((int) (offset >>> Integer.SIZE));
            file.forget(page.position(), page.storedBytes()); // first: pages are made of it
            pages.forget(file, (int) (offset >>> Integer.SIZE));
        } else {
            file.forget(offset, rows.imageBytes(row));
        }
    }

    /** Hints that an image is read soon. */
    void willNeed(int row) {
        ShardIndex rows = index();
        long offset = rows.offset(row);
        if (rows.paged()) {
            ImagePage page = rows.page((int) (offset >>> Integer.SIZE));
            file.prefetch(page.position(), page.storedBytes());
        } else {
            file.prefetch(offset, rows.imageBytes(row));
        }
    }

    /** Returns what is known of places in the row's image; null when nothing is. */
    Annotations annotations(int row) {
        return annotated() ? annotations.of(row) : null;
    }

    /** Returns whether rows have annotations. */
    boolean annotated() {
        return source.rules().columns() == null && annotations.exist();
    }

    /** Says where a row lies; without the image's own path when the shard cannot tell any more. */
    String locate(int row) {
        String path = null;
        try {
            path = new ShardFile(file, listed).imagePath(row);
        } catch (JftException unreadable) {
            // the report is about something else
        }
        return place(row) + (path == null ? "" : " (%s)".formatted(path));
    }

    /** Says where a row lies, without reading anything. */
    String place(int row) {
        return "%s row %d".formatted(file.location(), row);
    }

    /** Reads all of it; returns one sentence when it is not what manifest and index say. */
    Optional<String> problem() {
        try {
            String found = checksum();
            if (!found.equals(listed.sha256())) {
                return Optional.of(
                        "%s: altered: its SHA-256 is %s, manifest.json says %s"
                                .formatted(file.location(), found, listed.sha256()));
            }
            return source.problem();
        } catch (JftException e) {
            return Optional.of(e.getMessage());
        }
    }

    private String checksum() {
        MessageDigest digest = Sha256.digest();
        ByteBuffer buffer = ByteBuffer.allocate(CHECKSUM_BUFFER);
        for (long at = 0; at < file.length(); at += CHECKSUM_BUFFER) {
            buffer.clear().limit((int) Math.min(CHECKSUM_BUFFER, file.length() - at));
            file.read(at, buffer);
            digest.update(buffer.flip());
        }
        return Sha256.hex(digest);
    }

    @Override
    public void close() {
        annotations.close();
        file.close();
    }
}
