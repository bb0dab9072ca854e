package org.jft.data.shard;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.parquet.column.ColumnReader;
import org.jft.core.failure.CorruptDataException;

/**
 * The small columns of a shard as they come out of Parquet, on their way into a {@link ShardIndex}.
 * The labels of row {@code r} are at {@code labelStart[r]} to {@code labelStart[r + 1]} - 1 of
 * {@code labelIds} and {@code confidences}; clean labels likewise, where they are known.
 */
record RowColumns(
        long[] keyHigh,
        long[] keyLow,
        int[] imageBytes,
        int[] widths,
        int[] heights,
        int[] labelStart,
        int[] labelIds,
        float[] confidences,
        BitSet cleanKnown,
        int[] cleanStart,
        int[] cleanIds) {

    int count() {
        return keyHigh.length;
    }

    /** Returns one more than the largest label id. */
    int labelIdEnd() {
        return 1 + Math.max(largest(labelIds), largest(cleanIds));
    }

    private static int largest(int[] ids) {
        return Arrays.stream(ids).max().orElse(-1);
    }

    /** Checks what the arrays must obey; the message names the file, the row and the value. */
    void check(String file, int classCount) {
        for (int row = 0; row < count(); row++) {
            checkIds(file, row, labelIds, labelStart, classCount, "label");
            checkIds(file, row, cleanIds, cleanStart, classCount, "clean label");
            for (int i = labelStart[row]; i < labelStart[row + 1]; i++) {
                if (!(confidences[i] >= 0 && confidences[i] <= 1)) {
                    throw new CorruptDataException(
                            file,
                            "row %d: label %d has the confidence %s, outside 0..1"
                                    .formatted(row, labelIds[i], confidences[i]));
                }
            }
            if (imageBytes[row] <= 0) {
                throw new CorruptDataException(
                        file, "row %d: image_bytes is %d".formatted(row, imageBytes[row]));
            }
        }
    }

    private static void checkIds(
            String file, int row, int[] ids, int[] start, int classCount, String what) {
        for (int i = start[row]; i < start[row + 1]; i++) {
            if (ids[i] < 0 || ids[i] >= classCount) {
                throw new CorruptDataException(
                        file,
                        "row %d: %s id %d is outside the label space of %d classes"
                                .formatted(row, what, ids[i], classCount));
            }
            if (i > start[row] && ids[i] <= ids[i - 1]) {
                throw new CorruptDataException(
                        file,
                        "row %d: %s id %d does not ascend after %d"
                                .formatted(row, what, ids[i], ids[i - 1]));
            }
        }
    }

    /** Collects columns, row group by row group or row by row. */
    static final class Builder {
        private final long[] keyHigh;
        private final long[] keyLow;
        private final int[] imageBytes;
        private final int[] widths;
        private final int[] heights;
        private final int[] labelStart;
        private final BitSet cleanKnown = new BitSet();
        private final int[] cleanStart;
        private int[] labelIds = new int[0];
        private float[] confidences = new float[0];
        private int[] cleanIds = new int[0];
        private int labelCount;
        private int cleanCount;
        private int first;

        Builder(int rows) {
            keyHigh = new long[rows];
            keyLow = new long[rows];
            imageBytes = new int[rows];
            widths = new int[rows];
            heights = new int[rows];
            labelStart = new int[rows + 1];
            cleanStart = new int[rows + 1];
        }

        void keys(ColumnReader column, int count, String file) {
            for (int i = 0; i < count; i++) {
                byte[] bytes = column.getBinary().getBytes();
                if (bytes.length != SampleKey.LENGTH) {
                    throw new CorruptDataException(
                            file,
                            "row %d: the key has %d bytes, not %d"
                                    .formatted(first + i, bytes.length, SampleKey.LENGTH));
                }
                key(first + i, SampleKey.fromBytes(bytes));
                column.consume();
            }
        }

        private void key(int row, SampleKey key) {
            keyHigh[row] = key.high();
            keyLow[row] = key.low();
        }

        /** Sets what is known of a row's image. */
        void image(int row, SampleKey key, int bytes, int width, int height) {
            key(row, key);
            imageBytes[row] = bytes;
            widths[row] = width;
            heights[row] = height;
        }

        /** Adds a label to the row that {@link #endLabels} ends next; labels ascend. */
        void label(int id, float confidence) {
            labelIds = withRoomFor(labelIds, labelCount);
            confidences = withRoomFor(confidences, labelCount);
            labelIds[labelCount] = id;
            confidences[labelCount++] = confidence;
        }

        /** Ends the labels of a row. */
        void endLabels(int row) {
            labelStart[row + 1] = labelCount;
        }

        void imageBytes(ColumnReader column, int count) {
            integers(column, imageBytes, count);
        }

        void widths(ColumnReader column, int count) {
            integers(column, widths, count);
        }

        void heights(ColumnReader column, int count) {
            integers(column, heights, count);
        }

        private void integers(ColumnReader column, int[] into, int count) {
            for (int i = 0; i < count; i++) {
                into[first + i] = column.getInteger();
                column.consume();
            }
        }

        /** Both columns have one entry per label and one for a row without labels. */
        void labels(ColumnReader ids, ColumnReader shares, int count) {
            int present = ids.getDescriptor().getMaxDefinitionLevel();
            for (int row = first; row < first + count; row++) {
                do {
                    if (ids.getCurrentDefinitionLevel() == present) {
                        label(ids.getInteger(), shares.getFloat());
                    }
                    ids.consume();
                    shares.consume();
                } while (ids.getCurrentRepetitionLevel() != 0); // 0 starts the next row
                endLabels(row);
            }
        }

        /** A row whose clean labels are not known has an entry of level 0, an empty list of 1. */
        void cleanLabels(ColumnReader ids, int count) {
            int present = ids.getDescriptor().getMaxDefinitionLevel();
            for (int row = first; row < first + count; row++) {
                cleanKnown.set(row, ids.getCurrentDefinitionLevel() > 0);
                do {
                    if (ids.getCurrentDefinitionLevel() == present) {
                        cleanIds = withRoomFor(cleanIds, cleanCount);
                        cleanIds[cleanCount++] = ids.getInteger();
                    }
                    ids.consume();
                } while (ids.getCurrentRepetitionLevel() != 0);
                cleanStart[row + 1] = cleanCount;
            }
        }

        private static int[] withRoomFor(int[] array, int index) {
            return index < array.length ? array : Arrays.copyOf(array, grown(array.length));
        }

        private static float[] withRoomFor(float[] array, int index) {
            return index < array.length ? array : Arrays.copyOf(array, grown(array.length));
        }

        private static int grown(int length) {
            return length + Math.max(16, length / 2);
        }

        void advance(int rows) {
            first += rows;
        }

        RowColumns build() {
            return new RowColumns(
                    keyHigh,
                    keyLow,
                    imageBytes,
                    widths,
                    heights,
                    labelStart,
                    Arrays.copyOf(labelIds, labelCount),
                    Arrays.copyOf(confidences, labelCount),
                    cleanKnown,
                    cleanStart,
                    Arrays.copyOf(cleanIds, cleanCount));
        }
    }
}
