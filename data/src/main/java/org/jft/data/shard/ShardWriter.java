package org.jft.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * Writes one shard. The image column is uncompressed, PLAIN, in version 1 pages, without dictionary
 * and statistics: then a page is a row of {@code [i32 length][image]} and {@link ImageOffsets} can
 * point into it. Not thread-safe.
 */
final class ShardWriter implements Closeable {
    private static final String IMAGE_COLUMN = String.join(".", SampleSchema.IMAGE_DATA_COLUMN);

    /** Rows after which Parquet looks at sizes again; images may be megabytes each. */
    private static final int MAX_ROWS_BETWEEN_SIZE_CHECKS = 64;

    private final String name;
    private final DigestOutputFile output;
    private final ParquetWriter<Sample> writer;
    private long rows;

    /**
     * Begins a shard.
     *
     * @param annotated whether all of its rows have annotations; otherwise none has
     */
    ShardWriter(Path file, ShardLayout layout, boolean annotated) throws IOException {
        this.name = file.getFileName().toString();
        this.output = new DigestOutputFile(file);
        this.writer =
                new Builder(output, annotated)
                        .withConf(new PlainParquetConfiguration())
                        .withCodecFactory(new ZstdCodecs())
                        .withCompressionCodec(CompressionCodecName.ZSTD)
                        .withCompressionCodec(IMAGE_COLUMN, CompressionCodecName.UNCOMPRESSED)
                        .withDictionaryEncoding(IMAGE_COLUMN, false)
                        .withDictionaryEncoding(SampleSchema.KEY, false)
                        .withStatisticsEnabled(IMAGE_COLUMN, false)
                        .withStatisticsEnabled(SampleSchema.KEY, false)
                        .withWriterVersion(WriterVersion.PARQUET_1_0)
                        .withRowGroupSize((long) layout.rowGroupBytes())
                        .withPageSize(layout.pageBytes())
                        .withMinRowCountForPageSizeCheck(1)
                        .withMaxRowCountForPageSizeCheck(MAX_ROWS_BETWEEN_SIZE_CHECKS)
                        .build();
    }

    void write(Sample sample) throws IOException {
        writer.write(sample);
        rows++;
    }

    /** Returns the size so far, including what is still in memory. */
    long bytes() {
        return writer.getDataSize();
    }

    /** Writes the footer and returns what the manifest says about this shard. */
    Manifest.Shard finish() throws IOException {
        writer.close();
        return new Manifest.Shard(name, rows, output.bytes(), output.sha256());
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Builder extends ParquetWriter.Builder<Sample, Builder> {
        private final boolean annotated;

        Builder(OutputFile file, boolean annotated) {
            super(file);
            this.annotated = annotated;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract, so it must be here; the other one is called
        protected WriteSupport<Sample> getWriteSupport(Configuration configuration) {
            return new SampleWriteSupport(annotated);
        }

        @Override
        protected WriteSupport<Sample> getWriteSupport(ParquetConfiguration configuration) {
            return new SampleWriteSupport(annotated);
        }
    }
}
