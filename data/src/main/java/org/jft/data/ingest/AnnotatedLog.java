package org.jft.data.ingest;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.ClassMask;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.Keypoint;
import org.jft.data.annotation.RunLengthMask;

/** Annotations as a part of an entry in an {@link EntryLog}. */
final class AnnotatedLog {
    private static final int NONE = -1;

    private AnnotatedLog() {}

    /** Writes annotations; null stays null. */
    static void write(DataOutputStream out, Annotated annotated) throws IOException {
        out.writeInt(annotated == null ? NONE : annotated.classes().size());
        if (annotated == null) {
            return;
        }
        for (String name : annotated.classes()) {
            EntryLog.writeText(out, name);
        }
        Annotations annotations = annotated.annotations();
        out.writeInt(annotations.width());
        out.writeInt(annotations.height());
        out.writeInt(annotations.instances().size());
        for (Instance instance : annotations.instances()) {
            write(out, instance);
        }
        byte[] png = annotations.mask() == null ? new byte[0] : annotations.mask().png();
        out.writeInt(png.length);
        out.write(png);
    }

    private static void write(DataOutputStream out, Instance instance) throws IOException {
        out.writeInt(instance.classId());
        out.writeFloat(instance.box().x());
        out.writeFloat(instance.box().y());
        out.writeFloat(instance.box().width());
        out.writeFloat(instance.box().height());
        out.writeFloat(instance.area());
        out.writeBoolean(instance.crowd());
        out.writeBoolean(instance.difficult());
        EntryLog.writeText(out, instance.mask() == null ? null : instance.mask().toCoco());
        out.writeInt(instance.keypoints() == null ? NONE : instance.keypoints().size());
        if (instance.keypoints() != null) {
            for (Keypoint keypoint : instance.keypoints()) {
                out.writeFloat(keypoint.x());
                out.writeFloat(keypoint.y());
                out.writeByte(keypoint.visibility().ordinal());
            }
        }
    }

    static Annotated read(DataInputStream in) throws IOException {
        int classCount = in.readInt();
        if (classCount == NONE) {
            return null;
        }
        List<String> classes = new ArrayList<>();
        for (int i = 0; i < classCount; i++) {
            classes.add(EntryLog.readText(in));
        }
        int width = in.readInt();
        int height = in.readInt();
        List<Instance> instances = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            instances.add(readInstance(in, width, height));
        }
        byte[] png = in.readNBytes(in.readInt());
        ClassMask mask = png.length == 0 ? null : new ClassMask(png);
        return new Annotated(classes, new Annotations(width, height, instances, mask));
    }

    private static Instance readInstance(DataInputStream in, int width, int height)
            throws IOException {
        int classId = in.readInt();
        Box box = new Box(in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat());
        float area = in.readFloat();
        boolean crowd = in.readBoolean();
        boolean difficult = in.readBoolean();
        String mask = EntryLog.readText(in);
        int keypointCount = in.readInt();
        List<Keypoint> keypoints = keypointCount == NONE ? null : new ArrayList<>();
        for (int left = keypointCount; left > 0; left--) {
            keypoints.add(
                    new Keypoint(
                            in.readFloat(), in.readFloat(), Keypoint.Visibility.of(in.readByte())));
        }
        return new Instance(
                classId,
                box,
                area,
                crowd,
                difficult,
                mask == null ? null : RunLengthMask.ofCoco(width, height, mask),
                keypoints);
    }
}
