package org.jft.data.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
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

    private static final List<String> PREFIXES = List.of("train", "t10k");
    private static final List<String> SPLITS = List.of(Entry.TRAIN, Entry.TEST);

    private final File folder;
    private final List<String> classNames;
    private transient Images[] images; // of both parts

    /**
     * Looks for the files of a folder.
     *
     * @param classNames by label; empty for "class 0", "class 1", ...
     */
    public IdxSource(Path folder, List<String> classNames) {
        this.folder = folder.toAbsolutePath().toFile();
        this.classNames = List.copyOf(classNames);
        for (int part = 0; part < parts(); part++) {
            imageFile(part);
            labelFile(part);
        }
    }

    private record Images(byte[] pixels, int count, int width, int height) {}

    @Override
    public int parts() {
        return PREFIXES.size();
    }

    private Path imageFile(int part) {
        return find(folder.toPath(), PREFIXES.get(part) + "-images-idx3-ubyte");
    }

    private Path labelFile(int part) {
        return find(folder.toPath(), PREFIXES.get(part) + "-labels-idx1-ubyte");
    }

    /** Read when first asked for: a copy on another machine reads them there. */
    private synchronized Images images(int part) {
        if (images == null) {
            images = new Images[parts()];
        }
        if (images[part] == null) {
            Idx file = Idx.read(imageFile(part), IMAGES_MAGIC, 3);
            images[part] = new Images(file.values, file.sizes[0], file.sizes[2], file.sizes[1]);
        }
        return images[part];
    }

    @Override
    public Listing.Rest list(int part, Consumer<Entry> entries) {
        int count = images(part).count;
        Path labelFile = labelFile(part);
        Idx labels = Idx.read(labelFile, LABELS_MAGIC, 1);
        if (labels.sizes[0] != count) {
            throw new CorruptDataException(
                    labelFile, "has %d labels for %d images".formatted(labels.sizes[0], count));
        }
        for (int i = 0; i < count; i++) {
            String name = name(labelFile, i, labels.values[i] & 0xff);
            entries.accept(
                    Entry.of(
                            "%s-images#%d".formatted(PREFIXES.get(part), i),
                            i,
                            new Entry.Place(part, i, 0),
                            List.of(new Entry.Claim(List.of(name), 1)),
                            SPLITS.get(part)));
        }
        return Listing.Rest.NONE;
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
    public List<String> firstClasses(Collection<String> seen) {
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
    public ImageBytes read(Entry entry) {
        Images all = images(entry.place().part());
        int size = all.width * all.height;
        int from = (int) entry.place().offset() * size;
        return () -> {
            byte[] pixels = Arrays.copyOfRange(all.pixels, from, from + size);
            return ImageCodec.encodePng(pixels, all.width, all.height, 1);
        };
    }

    @Override
    public void identify(Consumer<String> lines) {
        lines.accept("IDX%s".formatted(classNames));
        for (int part = 0; part < parts(); part++) {
            lines.accept(Source.stamp(imageFile(part)));
            lines.accept(Source.stamp(labelFile(part)));
        }
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
