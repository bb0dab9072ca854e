package org.jft.data.shard;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.jft.data.store.StoredFile;

/** Shows a stored file to Parquet. The file stays the caller's. */
record StoredInputFile(StoredFile file) implements InputFile {
    @Override
    public long getLength() {
        return file.length();
    }

    @Override
    public SeekableInputStream newStream() {
        Cursor cursor = new Cursor(file);
        return new DelegatingSeekableInputStream(cursor) {
            @Override
            public long getPos() {
                return cursor.position;
            }

            @Override
            public void seek(long position) {
                cursor.position = position;
            }
        };
    }

    @Override
    public String toString() {
        return file.location();
    }

    private static final class Cursor extends InputStream {
        private final StoredFile file;
        private long position;

        Cursor(StoredFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (position < 0) {
                throw new EOFException("a read at offset %d".formatted(position));
            }
            int count = (int) Math.min(length, file.length() - position);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            file.read(position, ByteBuffer.wrap(into, offset, count));
            position += count;
            return count;
        }
    }
}
