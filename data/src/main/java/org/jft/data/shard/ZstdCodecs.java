package org.jft.data.shard;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * ZSTD and nothing else. Parquet's own factory reaches for Hadoop's Configuration and with it some
 * eighty jars; this one needs zstd-jni, which Parquet brings.
 */
final class ZstdCodecs implements CompressionCodecFactory {
    private static final int LEVEL = 3;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return new Codec(known(codec));
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Codec(known(codec));
    }

    @Override
    public void release() {
        // holds nothing
    }

    private static CompressionCodecName known(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD && codec != CompressionCodecName.UNCOMPRESSED) {
            throw new IllegalStateException(
                    "compressed with %s; shards are ZSTD or uncompressed".formatted(codec));
        }
        return codec;
    }

    private record Codec(CompressionCodecName name)
            implements BytesInputCompressor, BytesInputDecompressor {
        @Override
        public CompressionCodecName getCodecName() {
            return name;
        }

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            return name == CompressionCodecName.ZSTD
                    ? BytesInput.from(Zstd.compress(array(bytes), LEVEL))
                    : bytes;
        }

        @Override
        public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
            return name == CompressionCodecName.ZSTD
                    ? BytesInput.from(Zstd.decompress(array(bytes), decompressedSize))
                    : bytes;
        }

        @Override
        public void decompress(
                ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
                throws IOException {
            byte[] compressed = new byte[compressedSize];
            input.get(compressed);
            output.put(array(decompress(BytesInput.from(compressed), decompressedSize)));
        }

        @Override
        public void release() {
            // holds nothing
        }

        private static byte[] array(BytesInput bytes) throws IOException {
            return bytes.toInputStream().readAllBytes();
        }
    }
}
