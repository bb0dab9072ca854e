package org.jft.eval.transfer.feature;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jft.core.failure.Category;
import org.jft.core.failure.CorruptDataException;
import org.jft.core.failure.JftException;
import org.jft.core.file.WholeFile;
import org.jft.eval.transfer.probe.Examples;

/**
 * Features on disk, written whole or not at all. Big-endian:
 *
 * <pre>
 *   i32 magic, i32 version, UTF key        what the features are of; another key is another file
 *   i32 N, i32 width, i32 K
 *   N times   i64 row, i32 L, L times i32 class, width times f32
 *   i64 CRC32C of all before
 * </pre>
 */
record FeatureFile(Path file) {
    private static final int MAGIC = 0x4a465446; // JFTF
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 16;

    void write(String key, Features features) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            WholeFile.write(
                    file,
                    channel -> {
                        CheckedOutputStream checked =
                                new CheckedOutputStream(
                                        new BufferedOutputStream(
                                                Channels.newOutputStream(channel), BUFFER),
                                        new CRC32C());
                        DataOutputStream out = new DataOutputStream(checked);
                        write(out, key, features);
                        out.writeLong(checked.getChecksum().getValue());
                        out.flush();
                    });
        } catch (IOException e) {
            throw new JftException(Category.ABORT_RUN, "%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static void write(DataOutputStream out, String key, Features features)
            throws IOException {
        Examples examples = features.examples();
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(key);
        out.writeInt(examples.size());
        out.writeInt(examples.width());
        out.writeInt(examples.classes());
        for (int i = 0; i < examples.size(); i++) {
            out.writeLong(features.rows()[i]);
            out.writeInt(examples.labels()[i].length);
            for (int label : examples.labels()[i]) {
                out.writeInt(label);
            }
            for (float value : examples.features()[i]) {
                out.writeFloat(value);
            }
        }
    }

    /**
     * Reads the features, if they are there and of this key.
     *
     * @throws CorruptDataException if the file is cut off or altered
     */
    Optional<Features> read(String key) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (CheckedInputStream checked =
                new CheckedInputStream(
                        new BufferedInputStream(Files.newInputStream(file), BUFFER),
                        new CRC32C())) {
            DataInputStream in = new DataInputStream(checked);
            if (in.readInt() != MAGIC || in.readInt() != VERSION || !in.readUTF().equals(key)) {
                return Optional.empty();
            }
            Features features = read(in);
            long expected = checked.getChecksum().getValue();
            if (in.readLong() != expected) {
                throw new CorruptDataException(file, "its checksum does not fit; remove it");
            }
            return Optional.of(features);
        } catch (EOFException e) {
            throw new CorruptDataException(file, "cut off; remove it", e);
        } catch (IOException e) {
            throw new CorruptDataException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static Features read(DataInputStream in) throws IOException {
        int n = in.readInt();
        int width = in.readInt();
        int classes = in.readInt();
        long[] rows = new long[n];
        float[][] features = new float[n][width];
        int[][] labels = new int[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = in.readLong();
            labels[i] = new int[in.readInt()];
            for (int j = 0; j < labels[i].length; j++) {
                labels[i][j] = in.readInt();
            }
            for (int j = 0; j < width; j++) {
                features[i][j] = in.readFloat();
            }
        }
        return new Features(rows, new Examples(features, labels, classes));
    }
}
