package org.jft.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;

/** An object, read in aligned chunks. */
final class ChunkedFile implements StoredFile {
    private static final int NAME_DIGITS = 32;

    private final S3Object object;
    private final ChunkReader chunks;
    private final int chunkBytes;
    private final String name; // of the object's content, in the cache

    /**
     * Makes one.
     *
     * @param store address of the store, which makes bucket and key unique
     */
    ChunkedFile(S3Object object, String store, ChunkReader chunks, int chunkBytes) {
        this.object = object;
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
        this.name =
                Hashing.sha256()
                        .hashString(
                                String.join(
                                        "\n",
                                        store,
                                        object.location(),
                                        String.valueOf(object.etag()),
                                        Long.toString(object.length()),
                                        Integer.toString(chunkBytes)),
                                UTF_8)
                        .toString()
                        .substring(0, NAME_DIGITS);
    }

    @Override
    public String location() {
        return object.location();
    }

    @Override
    public long length() {
        return object.length();
    }

    @Override
    public void read(long position, ByteBuffer into) {
        Objects.checkFromIndexSize(position, into.remaining(), object.length());
        int end = into.limit();
        long at = position;
        while (into.position() < end) {
            Chunk chunk = chunk(at / chunkBytes);
            int offset = (int) (at - chunk.position());
            int count = Math.min(end - into.position(), chunk.length() - offset);
            into.limit(into.position() + count);
            chunks.read(chunk, offset, into);
            into.limit(end);
            at += count;
        }
    }

    private Chunk chunk(long index) {
        long start = index * chunkBytes;
        int length = (int) Math.min(chunkBytes, object.length() - start);
        return new Chunk(object, "%s-%d".formatted(name, index), start, length);
    }

    @Override
    public void prefetch(long position, long bytes) {
        forEachChunk(position, bytes, chunks::prefetch);
    }

    @Override
    public void forget(long position, long bytes) {
        forEachChunk(position, bytes, chunks::forget);
    }

    private void forEachChunk(long position, long bytes, Consumer<Chunk> action) {
        long end = Math.min(position + bytes, object.length());
        for (long index = position / chunkBytes; index * chunkBytes < end; index++) {
            action.accept(chunk(index));
        }
    }

    @Override
    public void close() {
        // the storage holds what it uses
    }
}
