package org.jft.data.shard;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Reads what others compress Parquet with: SNAPPY, ZSTD or GZIP. Writes nothing. */
final class ForeignCodecs implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("shards are written with ZstdCodecs");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Decompressor(codec);
    }

    @Override
    public void release() {
        // holds nothing
    }

    private record Decompressor(CompressionCodecName codec) implements BytesInputDecompressor {
        @Override
        public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
            return BytesInput.from(
                    decompress(bytes.toInputStream().readAllBytes(), decompressedSize));
        }

        private byte[] decompress(byte[] bytes, int decompressedSize) throws IOException {
            return switch (codec) {
                case UNCOMPRESSED -> bytes;
                case SNAPPY -> Snappy.uncompress(bytes);
                case ZSTD -> Zstd.decompress(bytes, decompressedSize);
                case GZIP ->
                        new GZIPInputStream(new ByteArrayInputStream(bytes))
                                .readNBytes(decompressedSize + 1); // more would be wrong anyway
                default ->
                        throw new IOException(
                                "compressed with %s; SNAPPY, ZSTD and GZIP are read"
                                        .formatted(codec));
            };
        }

        @Override
        public void decompress(
                ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
                throws IOException {
            byte[] compressed = new byte[compressedSize];
            input.get(compressed);
            output.put(decompress(compressed, decompressedSize));
        }

        @Override
        public void release() {
            // holds nothing
        }
    }
}
