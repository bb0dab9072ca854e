package org.jft.data.header;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held: the eight values of EXIF tag 0x0112, in order. An upright image is the
 * stored one, first transposed, then mirrored.
 */
public enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    ROTATED_180(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    ROTATED_90(true, true, false),
    TRANSVERSED(true, true, true),
    ROTATED_270(true, false, true);

    private static final Orientation[] BY_TAG = values();
    private static final int TAG = 0x0112;
    private static final int TYPE_SHORT = 3;
    private static final int ENTRY_LENGTH = 12;

    private final boolean transposed;
    private final boolean leftRight;
    private final boolean upDown;

    Orientation(boolean transposed, boolean leftRight, boolean upDown) {
        this.transposed = transposed;
        this.leftRight = leftRight;
        this.upDown = upDown;
    }

    /** Returns whether width and height change places. */
    public boolean transposes() {
        return transposed;
    }

    /** Returns whether left and right change places, once width and height have. */
    public boolean leftRight() {
        return leftRight;
    }

    /** Returns whether top and bottom change places, once width and height have. */
    public boolean upDown() {
        return upDown;
    }

    /**
     * Reads the tag from a TIFF block (what follows {@code Exif\0\0} in a JPEG). Broken metadata is
     * common and no reason to lose an image: whatever is not understood is {@link #UPRIGHT}.
     */
    static Orientation ofTiff(ByteBuffer bytes, int start, int length) {
        if (length < 8) {
            return UPRIGHT;
        }
        ByteBuffer tiff = bytes.slice(start, length);
        boolean littleEndian = tiff.get(0) == 'I';
        tiff.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (directory + 2 > length) {
            return UPRIGHT;
        }
        int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
        for (int i = 0; i < entries; i++) {
            long at = directory + 2 + (long) i * ENTRY_LENGTH;
            if (at + ENTRY_LENGTH > length) {
                return UPRIGHT;
            }
            int entry = (int) at;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG
                    && tiff.getShort(entry + 2) == TYPE_SHORT) {
                int value = Short.toUnsignedInt(tiff.getShort(entry + 8));
                return 1 <= value && value <= BY_TAG.length ? BY_TAG[value - 1] : UPRIGHT;
            }
        }
        return UPRIGHT;
    }
}
