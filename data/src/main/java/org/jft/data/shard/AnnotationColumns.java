package org.jft.data.shard;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.ClassMask;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.RunLengthMask;

/**
 * The columns that shards of annotated images have besides those of {@link SampleSchema}: {@code
 * boxes}, the objects; {@code mask}, the class of every pixel; {@code keypoints}, a list for each
 * box, null when no box has any.
 */
final class AnnotationColumns {
    private static final String BOXES = "boxes";
    private static final String MASK = "mask";
    private static final String KEYPOINTS = "keypoints";
    private static final String LIST = SampleSchema.LIST;
    private static final String ELEMENT = SampleSchema.ELEMENT;
    private static final String ID = SampleSchema.ID;
    private static final String X = "x";
    private static final String Y = "y";
    private static final String WIDTH = "width";
    private static final String HEIGHT = "height";
    private static final String AREA = "area";
    private static final String CROWD = "crowd";
    private static final String DIFFICULT = "difficult";
    private static final String VISIBILITY = "visibility";

    private static final MessageType COLUMNS =
            MessageTypeParser.parseMessageType(
                    """
                    message annotations {
                      optional group boxes (LIST) {
                        repeated group list {
                          required group element {
                            required int32 id;
                            required float x;
                            required float y;
                            required float width;
                            required float height;
                            required float area;
                            required boolean crowd;
                            required boolean difficult;
                            optional binary mask (STRING);
                          }
                        }
                      }
                      optional binary mask;
                      optional group keypoints (LIST) {
                        repeated group list {
                          optional group element (LIST) {
                            repeated group list {
                              required group element {
                                required float x;
                                required float y;
                                required int32 visibility;
                              }
                            }
                          }
                        }
                      }
                    }
                    """);

    /** Size and annotations of a row. */
    static final MessageType READ =
            new MessageType(
                            SampleSchema.TYPE.getName(),
                            SampleSchema.TYPE.getFields().stream()
                                    .filter(
                                            f ->
                                                    f.getName().equals(WIDTH)
                                                            || f.getName().equals(HEIGHT))
                                    .toList())
                    .union(COLUMNS);

    /** All columns of an annotated row. */
    static final MessageType SAMPLE = SampleSchema.TYPE.union(COLUMNS);

    private AnnotationColumns() {}

    /** Returns whether a shard has them. */
    static boolean areIn(MessageType shard) {
        return shard.containsField(BOXES);
    }

    /** Spells a row's annotations out. */
    static final class Writer {
        private final RecordConsumer out;

        Writer(RecordConsumer out) {
            this.out = out;
        }

        void write(Annotations annotations) {
            start(SAMPLE, BOXES);
            list(annotations.instances().size(), i -> box(annotations.instances().get(i)));
            end(SAMPLE, BOXES);
            if (annotations.mask() != null) {
                binary(SAMPLE.getFieldIndex(MASK), annotations.mask().png());
            }
            if (annotations.instances().stream().anyMatch(i -> i.keypoints() != null)) {
                start(SAMPLE, KEYPOINTS);
                list(
                        annotations.instances().size(),
                        i -> keypoints(annotations.instances().get(i).keypoints()));
                end(SAMPLE, KEYPOINTS);
            }
        }

        private void start(MessageType type, String field) {
            out.startField(field, type.getFieldIndex(field));
            out.startGroup();
        }

        private void end(MessageType type, String field) {
            out.endGroup();
            out.endField(field, type.getFieldIndex(field));
        }

        private interface Element {
            void write(int index);
        }

        /** Writes the repeated group of a list; {@code element} writes field 0 of each. */
        private void list(int size, Element element) {
            if (size == 0) {
                return;
            }
            out.startField(LIST, 0);
            for (int i = 0; i < size; i++) {
                out.startGroup();
                element.write(i);
                out.endGroup();
            }
            out.endField(LIST, 0);
        }

        private void box(Instance instance) {
            out.startField(ELEMENT, 0);
            out.startGroup();
            integer(ID, 0, instance.classId());
            real(X, 1, instance.box().x());
            real(Y, 2, instance.box().y());
            real(WIDTH, 3, instance.box().width());
            real(HEIGHT, 4, instance.box().height());
            real(AREA, 5, instance.area());
            bool(CROWD, 6, instance.crowd());
            bool(DIFFICULT, 7, instance.difficult());
            if (instance.mask() != null) {
                out.startField(MASK, 8);
                out.addBinary(Binary.fromString(instance.mask().toCoco()));
                out.endField(MASK, 8);
            }
            out.endGroup();
            out.endField(ELEMENT, 0);
        }

        private void keypoints(List<Keypoint> keypoints) {
            if (keypoints == null) {
                return;
            }
            out.startField(ELEMENT, 0);
            out.startGroup();
            list(keypoints.size(), k -> keypoint(keypoints.get(k)));
            out.endGroup();
            out.endField(ELEMENT, 0);
        }

        private void keypoint(Keypoint keypoint) {
            out.startField(ELEMENT, 0);
            out.startGroup();
            real(X, 0, keypoint.x());
            real(Y, 1, keypoint.y());
            integer(VISIBILITY, 2, keypoint.visibility().ordinal());
            out.endGroup();
            out.endField(ELEMENT, 0);
        }

        private void integer(String field, int index, int value) {
            out.startField(field, index);
            out.addInteger(value);
            out.endField(field, index);
        }

        private void real(String field, int index, float value) {
            out.startField(field, index);
            out.addFloat(value);
            out.endField(field, index);
        }

        private void bool(String field, int index, boolean value) {
            out.startField(field, index);
            out.addBoolean(value);
            out.endField(field, index);
        }

        private void binary(int index, byte[] value) {
            out.startField(MASK, index);
            out.addBinary(Binary.fromConstantByteArray(value));
            out.endField(MASK, index);
        }
    }

    /**
     * Reads a row of {@link #READ}.
     *
     * @return null when nothing is known of it
     * @throws IllegalArgumentException when it says what cannot be
     */
    static Annotations read(Group row) {
        if (row.getFieldRepetitionCount(BOXES) == 0) {
            return null;
        }
        int width = row.getInteger(WIDTH, 0);
        int height = row.getInteger(HEIGHT, 0);
        Group boxes = row.getGroup(BOXES, 0);
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < boxes.getFieldRepetitionCount(LIST); i++) {
            Group box = boxes.getGroup(LIST, i).getGroup(ELEMENT, 0);
            instances.add(instance(box, width, height, keypoints(row, i)));
        }
        return new Annotations(
                width,
                height,
                instances,
                row.getFieldRepetitionCount(MASK) == 0
                        ? null
                        : new ClassMask(row.getBinary(MASK, 0).getBytes()));
    }

    private static Instance instance(Group box, int width, int height, List<Keypoint> keypoints) {
        boolean masked = box.getFieldRepetitionCount(MASK) > 0;
        return new Instance(
                box.getInteger(ID, 0),
                new Box(
                        box.getFloat(X, 0),
                        box.getFloat(Y, 0),
                        box.getFloat(WIDTH, 0),
                        box.getFloat(HEIGHT, 0)),
                box.getFloat(AREA, 0),
                box.getBoolean(CROWD, 0),
                box.getBoolean(DIFFICULT, 0),
                masked ? RunLengthMask.ofCoco(width, height, box.getString(MASK, 0)) : null,
                keypoints);
    }

    /** Returns the keypoints of a box; null when it has none. */
    private static List<Keypoint> keypoints(Group row, int box) {
        if (row.getFieldRepetitionCount(KEYPOINTS) == 0) {
            return null;
        }
        Group ofBox = row.getGroup(KEYPOINTS, 0).getGroup(LIST, box);
        if (ofBox.getFieldRepetitionCount(ELEMENT) == 0) {
            return null;
        }
        Group list = ofBox.getGroup(ELEMENT, 0);
        List<Keypoint> keypoints = new ArrayList<>();
        for (int k = 0; k < list.getFieldRepetitionCount(LIST); k++) {
            Group point = list.getGroup(LIST, k).getGroup(ELEMENT, 0);
            keypoints.add(
                    new Keypoint(
                            point.getFloat(X, 0),
                            point.getFloat(Y, 0),
                            Keypoint.Visibility.of(point.getInteger(VISIBILITY, 0))));
        }
        return keypoints;
    }
}
