package org.jft.data.shard;

import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.jft.data.taxonomy.Labels;

/** Spells a sample out as the columns of {@link SampleSchema} and {@link AnnotationColumns}. */
final class SampleWriteSupport extends WriteSupport<Sample> {
    private final boolean annotated;
    private RecordConsumer out;

    SampleWriteSupport(boolean annotated) {
        this.annotated = annotated;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract, so it must be here; the other one is called
    public WriteContext init(Configuration configuration) {
        return context();
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return context();
    }

    private WriteContext context() {
        return new WriteContext(
                annotated ? AnnotationColumns.SAMPLE : SampleSchema.TYPE, SampleSchema.METADATA);
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        this.out = consumer;
    }

    @Override
    public void write(Sample sample) {
        out.startMessage();
        addBinary(SampleSchema.KEY, 0, SampleKey.of(sample.image()).toBytes());
        out.startField(SampleSchema.IMAGE, 1);
        out.startGroup();
        addBinary(SampleSchema.IMAGE_DATA, 0, sample.image());
        if (sample.path() != null) {
            out.startField(SampleSchema.IMAGE_PATH, 1);
            out.addBinary(Binary.fromString(sample.path()));
            out.endField(SampleSchema.IMAGE_PATH, 1);
        }
        out.endGroup();
        out.endField(SampleSchema.IMAGE, 1);
        addInteger(SampleSchema.IMAGE_BYTES, 2, sample.image().length);
        addInteger(SampleSchema.WIDTH, 3, sample.width());
        addInteger(SampleSchema.HEIGHT, 4, sample.height());
        addLabels(sample.labels());
        if (sample.cleanLabels() != null) {
            addCleanLabels(sample.cleanLabels());
        }
        if (annotated) {
            new AnnotationColumns.Writer(out).write(sample.annotations());
        }
        out.endMessage();
    }

    private void addLabels(Labels labels) {
        out.startField(SampleSchema.LABELS, 5);
        out.startGroup();
        if (labels.size() > 0) {
            out.startField(SampleSchema.LIST, 0);
            for (int i = 0; i < labels.size(); i++) {
                out.startGroup();
                out.startField(SampleSchema.ELEMENT, 0);
                out.startGroup();
                addInteger(SampleSchema.ID, 0, labels.ids()[i]);
                out.startField(SampleSchema.CONFIDENCE, 1);
                out.addFloat(labels.confidences()[i]);
                out.endField(SampleSchema.CONFIDENCE, 1);
                out.endGroup();
                out.endField(SampleSchema.ELEMENT, 0);
                out.endGroup();
            }
            out.endField(SampleSchema.LIST, 0);
        }
        out.endGroup();
        out.endField(SampleSchema.LABELS, 5);
    }

    private void addCleanLabels(int[] ids) {
        out.startField(SampleSchema.CLEAN_LABELS, 6);
        out.startGroup();
        if (ids.length > 0) {
            out.startField(SampleSchema.LIST, 0);
            for (int id : ids) {
                out.startGroup();
                addInteger(SampleSchema.ELEMENT, 0, id);
                out.endGroup();
            }
            out.endField(SampleSchema.LIST, 0);
        }
        out.endGroup();
        out.endField(SampleSchema.CLEAN_LABELS, 6);
    }

    private void addInteger(String field, int index, int value) {
        out.startField(field, index);
        out.addInteger(value);
        out.endField(field, index);
    }

    private void addBinary(String field, int index, byte[] value) {
        out.startField(field, index);
        out.addBinary(Binary.fromConstantByteArray(value));
        out.endField(field, index);
    }
}
