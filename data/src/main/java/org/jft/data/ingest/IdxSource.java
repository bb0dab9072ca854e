package org.jft.data.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/**
 * The IDX files of MNIST and its kin: {@code train-images-idx3-ubyte}, {@code
 * train-labels-idx1-ubyte} and the same with {@code t10k-} for the test split, each plain or .gz.
 * Images are held in memory and handed out as PNG.
 *
 * <pre>
 *   images: [i32 0x00000803] [i32 count] [i32 height] [i32 width] [u8 x count x height x width]
 *   labels: [i32 0x00000801] [i32 count] [u8 x count]                       big-endian
 * </pre>
 */
public final class IdxSource implements Source {
    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int MAX_LABELS = 256;

    private final List<String> classNames;
    private final List<Entry> entries = new ArrayList<>();
    private final Images train;
    private final Images test;

    /**
     * Reads the files of a folder.
     *
     * @param classNames by label; empty for "class 0", "class 1", ...
     */
    public IdxSource(Path folder, List<String> classNames) {
        this.classNames = List.copyOf(classNames);
        this.train = read(folder, Entry.TRAIN, "train");
        this.test = read(folder, Entry.TEST, "t10k");
    }

    private record Images(byte[] pixels, int width, int height) {}

    private Images read(Path folder, String split, String prefix) {
        Path imageFile = find(folder, prefix + "-images-idx3-ubyte");
        Path labelFile = find(folder, prefix + "-labels-idx1-ubyte");
        Idx images = Idx.read(imageFile, IMAGES_MAGIC, 3);
        Idx labels = Idx.read(labelFile, LABELS_MAGIC, 1);
        int count = images.sizes[0];
        if (labels.sizes[0] != count) {
            throw new CorruptDataException(
                    labelFile, "has %d labels for %d images".formatted(labels.sizes[0], count));
        }
        for (int i = 0; i < count; i++) {
            String path = "%s-images#%d".formatted(prefix, i);
            Entry.Claim claim =
                    new Entry.Claim(List.of(name(labelFile, i, labels.values[i] & 0xff)), 1);
            entries.add(new Entry(path, i, List.of(claim), null, split, null, null));
        }
        return new Images(images.values, images.sizes[2], images.sizes[1]);
    }

    private String name(Path file, int row, int label) {
        if (classNames.isEmpty()) {
            return "class %d".formatted(label);
        }
        if (label >= classNames.size()) {
            throw new CorruptDataException(
                    file,
                    "row %d: the label %d has no name, there are %d"
                            .formatted(row, label, classNames.size()));
        }
        return classNames.get(label);
    }

    /** A class's id is its label in the file. */
    @Override
    public List<String> firstClasses() {
        return classNames.isEmpty()
                ? IntStream.range(0, MAX_LABELS).mapToObj("class %d"::formatted).toList()
                : classNames;
    }

    private static Path find(Path folder, String name) {
        for (String suffix : List.of(".gz", "")) {
            Path file = folder.resolve(name + suffix);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new ConfigException("%s: has neither %s.gz nor %s".formatted(folder, name, name));
    }

    @Override
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public ImageBytes read(Entry entry) {
        Images images = Entry.TEST.equals(entry.split()) ? test : train;
        int size = images.width * images.height;
        int from = (int) entry.row() * size;
        return () -> {
            byte[] pixels = Arrays.copyOfRange(images.pixels, from, from + size);
            return ImageCodec.encodePng(pixels, images.width, images.height, 1);
        };
    }

    /** One IDX file: its dimensions and its bytes. */
    private record Idx(int[] sizes, byte[] values) {
        static Idx read(Path file, int magic, int dimensions) {
            try (InputStream in = open(file)) {
                ByteBuffer header =
                        ByteBuffer.wrap(in.readNBytes(Integer.BYTES * (1 + dimensions)));
                if (header.limit() < Integer.BYTES * (1 + dimensions)) {
                    throw new CorruptDataException(file, "truncated within its header");
                }
                int found = header.getInt();
                if (found != magic) {
                    throw new CorruptDataException(
                            file,
                            "starts with 0x%08x, an IDX file of this kind with 0x%08x"
                                    .formatted(found, magic));
                }
                int[] sizes = new int[dimensions];
                long expected = 1;
                for (int i = 0; i < dimensions; i++) {
                    sizes[i] = header.getInt();
                    expected *= sizes[i];
                }
                if (Arrays.stream(sizes).anyMatch(s -> s < 0) || expected > Integer.MAX_VALUE - 8) {
                    throw new CorruptDataException(
                            file, "has impossible sizes: %s".formatted(Arrays.toString(sizes)));
                }
                byte[] values = in.readNBytes((int) expected);
                if (values.length < expected) {
                    throw new CorruptDataException(
                            file,
                            "truncated: %,d of %,d bytes of content"
                                    .formatted(values.length, expected));
                }
                return new Idx(sizes, values);
            } catch (EOFException | ZipException e) {
                throw new CorruptDataException(file, "truncated or not gzip: " + e.getMessage(), e);
            } catch (IOException e) {
                throw new CorruptDataException(file, "cannot be read: " + e, e);
            }
        }

        private static InputStream open(Path file) throws IOException {
            InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            try {
                return file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
            } catch (IOException e) {
                in.close();
                throw e;
            }
        }
    }
}
