package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.jft.data.header.ImageHeader;

/**
 * The class of every pixel, as a gray PNG of 8 bits: 0 is background, k is class k - 1, 255 is a
 * pixel that counts for nothing. Pixels are decoded when they are asked for.
 *
 * @param png not copied: do not write to it
 */
public record ClassMask(byte[] png) implements Serializable {
    /** Value of a pixel of no class. */
    public static final int BACKGROUND = 0;

    /** Value of a pixel that neither training nor evaluation looks at. */
    public static final int IGNORED = 255;

    /** More classes have no number in a mask. */
    public static final int MAX_CLASSES = 254;

    public ClassMask {
        String problem = ImageHeader.read(ByteBuffer.wrap(png)).problem();
        checkArgument(problem == null, "a mask is no PNG: %s", problem);
    }

    /**
     * Writes a mask.
     *
     * @param values [height, width], row by row, unsigned
     */
    public static ClassMask of(int width, int height, byte[] values) {
        return new ClassMask(new IndexedPng(width, height, values).encode());
    }

    /** Returns the pixels, [height, width], row by row, unsigned. */
    public byte[] values() {
        return decode().values();
    }

    /** Returns the classes that some pixel has, ascending. */
    public int[] classes() {
        BitSet seen = new BitSet();
        for (byte value : values()) {
            seen.set(value & 0xff);
        }
        return seen.stream().filter(v -> v != BACKGROUND && v != IGNORED).map(v -> v - 1).toArray();
    }

    /** Returns size and pixels. */
    IndexedPng decode() {
        return IndexedPng.decode(png);
    }

    /** Returns whether the image has this size, by its header. */
    boolean hasSize(int width, int height) {
        ImageHeader header = ImageHeader.read(ByteBuffer.wrap(png));
        return header.width() == width && header.height() == height;
    }

    /**
     * Returns the mask with other class numbers.
     *
     * @param newIds the number of each class; pixels of one without any (-1) are ignored from now
     *     on
     */
    ClassMask withClasses(int[] newIds) {
        IndexedPng mask = decode();
        byte[] mapped = new byte[mask.values().length];
        for (int i = 0; i < mapped.length; i++) {
            int value = mask.values()[i] & 0xff;
            if (value != BACKGROUND && value != IGNORED) {
                checkArgument(
                        value <= newIds.length,
                        "a mask has the value %s, there are %s classes",
                        value,
                        newIds.length);
                int id = newIds[value - 1];
                checkArgument(
                        id < MAX_CLASSES,
                        "class %s in a mask: it holds at most %s",
                        id,
                        MAX_CLASSES);
                value = id < 0 ? IGNORED : id + 1;
            }
            mapped[i] = (byte) value;
        }
        return of(mask.width(), mask.height(), mapped);
    }

    /** Returns the mask after the pixels moved; what comes from outside is ignored. */
    ClassMask moved(PixelMap map) {
        IndexedPng mask = decode();
        byte[] moved = new byte[map.width() * map.height()];
        map.trace(
                mask.width(),
                mask.height(),
                (x, y, source) ->
                        moved[y * map.width() + x] =
                                source < 0 ? (byte) IGNORED : mask.values()[source]);
        return of(map.width(), map.height(), moved);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassMask mask && Arrays.equals(mask.png, png);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(png);
    }

    @Override
    public String toString() {
        return "PNG of %d bytes".formatted(png.length);
    }
}
