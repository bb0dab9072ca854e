package org.jft.data.shard;

import java.util.Map;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The columns of a shard.
 *
 * <p>{@code image} is optional only in name: Hugging Face recognises a column as an image when its
 * Arrow type is exactly {@code struct<bytes: binary, path: string>}, all nullable, and a required
 * column is not. {@code key} is a plain binary of always 16 bytes because the same reader knows no
 * fixed-size binaries before mid 2026. {@code image_bytes} repeats the length of each image, so
 * that opening a shard reads a few kilobytes of columns and page headers instead of touching every
 * image. Shards of annotated images have those of {@link AnnotationColumns}, too.
 */
final class SampleSchema {
    static final String KEY = "key";
    static final String IMAGE = "image";
    static final String IMAGE_DATA = "bytes";
    static final String IMAGE_PATH = "path";
    static final String IMAGE_BYTES = "image_bytes";
    static final String WIDTH = "width";
    static final String HEIGHT = "height";
    static final String LABELS = "labels";
    static final String CLEAN_LABELS = "clean_labels";
    static final String LIST = "list";
    static final String ELEMENT = "element";
    static final String ID = "id";
    static final String CONFIDENCE = "confidence";

    static final String[] IMAGE_DATA_COLUMN = {IMAGE, IMAGE_DATA};
    static final String[] IMAGE_PATH_COLUMN = {IMAGE, IMAGE_PATH};
    static final String[] LABEL_ID_COLUMN = {LABELS, LIST, ELEMENT, ID};
    static final String[] LABEL_CONFIDENCE_COLUMN = {LABELS, LIST, ELEMENT, CONFIDENCE};
    static final String[] CLEAN_LABEL_COLUMN = {CLEAN_LABELS, LIST, ELEMENT};

    static final MessageType TYPE =
            MessageTypeParser.parseMessageType(
                    """
                    message sample {
                      required binary key;
                      optional group image {
                        optional binary bytes;
                        optional binary path (STRING);
                      }
                      required int32 image_bytes;
                      required int32 width;
                      required int32 height;
                      required group labels (LIST) {
                        repeated group list {
                          required group element {
                            required int32 id;
                            required float confidence;
                          }
                        }
                      }
                      optional group clean_labels (LIST) {
                        repeated group list {
                          required int32 element;
                        }
                      }
                    }
                    """);

    /** What is read when a data set is opened: everything but images and paths. */
    static final MessageType SMALL_COLUMNS =
            new MessageType(
                    TYPE.getName(),
                    TYPE.getFields().stream().filter(f -> !f.getName().equals(IMAGE)).toList());

    /** What is read to name a row in a report. */
    static final MessageType PATHS =
            MessageTypeParser.parseMessageType(
                    "message sample { optional group image { optional binary path (STRING); } }");

    /** File metadata, by which Hugging Face's reader knows that {@code image} is an image. */
    static final Map<String, String> METADATA =
            Map.of(
                    "huggingface",
                    """
                    {"info": {"features": {
                    "key": {"dtype": "binary", "_type": "Value"},
                    "image": {"_type": "Image"},
                    "image_bytes": {"dtype": "int32", "_type": "Value"},
                    "width": {"dtype": "int32", "_type": "Value"},
                    "height": {"dtype": "int32", "_type": "Value"},
                    "labels": [{"id": {"dtype": "int32", "_type": "Value"},
                    "confidence": {"dtype": "float32", "_type": "Value"}}],
                    "clean_labels": {"feature": {"dtype": "int32", "_type": "Value"},
                    "_type": "Sequence"}}}}
                    """
                            .replace("\n", ""));

    private SampleSchema() {}
}
