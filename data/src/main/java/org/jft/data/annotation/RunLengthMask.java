package org.jft.data.annotation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Which pixels of an image belong to an object, as COCO writes it: column by column, the number of
 * pixels that do not, that do, that do not, and so on.
 *
 * @param runs sum to width * height; of several ways to write a mask the shortest is kept
 */
public record RunLengthMask(int width, int height, int[] runs) implements Serializable {
    private static final int DIGIT_BITS = 5;
    private static final int DIGIT = 31;
    private static final int SIGN = 16;
    private static final int MORE = 32;
    private static final int FIRST_CHARACTER = 48;
    private static final int MAX_SHIFT = 35;

    public RunLengthMask {
        long pixels = (long) width * height;
        checkArgument(
                width > 0 && height > 0 && pixels <= Integer.MAX_VALUE,
                "no size of a mask: %sx%s",
                width,
                height);
        Runs canonical = new Runs(runs.length);
        long sum = 0;
        for (int i = 0; i < runs.length; i++) {
            checkArgument(runs[i] >= 0, "a mask's run is negative: %s", runs[i]);
            sum += runs[i];
            checkArgument(sum <= pixels, "a mask's runs exceed the %s pixels of the image", pixels);
            canonical.add(i % 2 == 1, runs[i]);
        }
        checkArgument(
                sum == pixels, "a mask's runs sum to %s, the image has %s pixels", sum, pixels);
        runs = canonical.toArray();
    }

    /** Reads COCO's compressed counts: see {@link #toCoco}. */
    public static RunLengthMask ofCoco(int width, int height, String counts) {
        int[] runs = new int[counts.length()];
        int count = 0;
        int at = 0;
        while (at < counts.length()) {
            long run = 0;
            int shift = 0;
            int digit;
            do {
                checkArgument(at < counts.length(), "a mask's counts are cut off");
                digit = counts.charAt(at++) - FIRST_CHARACTER;
                checkArgument(
                        digit >= 0 && digit < 2 * MORE && shift < MAX_SHIFT,
                        "a mask's counts are no run lengths from character %s on",
                        at);
                run |= (long) (digit & DIGIT) << shift;
                shift += DIGIT_BITS;
            } while ((digit & MORE) != 0);
            if ((digit & SIGN) != 0) {
                run |= -1L << shift;
            }
            run += count > 2 ? runs[count - 2] : 0;
            checkArgument(
                    run >= 0 && run <= Integer.MAX_VALUE, "a mask's run is out of range: %s", run);
            runs[count++] = (int) run;
        }
        return new RunLengthMask(width, height, Arrays.copyOf(runs, count));
    }

    /**
     * Writes COCO's compressed counts: of each run from the fourth on its difference to the second
     * before it, in digits of 5 bits, the lowest first, each a character from '0' on; 32 is added
     * to all but the last, of which bit 16 is the sign.
     */
    public String toCoco() {
        StringBuilder text = new StringBuilder(2 * runs.length);
        for (int i = 0; i < runs.length; i++) {
            int left = runs[i] - (i > 2 ? runs[i - 2] : 0);
            boolean more;
            do {
                int digit = left & DIGIT;
                left >>= DIGIT_BITS;
                more = left != ((digit & SIGN) != 0 ? -1 : 0);
                text.append((char) (FIRST_CHARACTER + digit + (more ? MORE : 0)));
            } while (more);
        }
        return text.toString();
    }

    /**
     * Reads pixels.
     *
     * @param pixels [height, width], row by row; not 0 where the object is
     */
    public static RunLengthMask ofPixels(int width, int height, byte[] pixels) {
        Runs runs = new Runs(height);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                runs.add(pixels[y * width + x] != 0, 1);
            }
        }
        return new RunLengthMask(width, height, runs.toArray());
    }

    /** Returns [height, width], row by row: 1 where the object is, else 0. */
    public byte[] pixels() {
        byte[] pixels = new byte[width * height];
        int at = 0;
        for (int i = 0; i < runs.length; i++) {
            int end = at + runs[i];
            for (; i % 2 == 1 && at < end; at++) {
                pixels[at % height * width + at / height] = 1;
            }
            at = end;
        }
        return pixels;
    }

    /** Returns the number of the object's pixels. */
    public long area() {
        long area = 0;
        for (int i = 1; i < runs.length; i += 2) {
            area += runs[i];
        }
        return area;
    }

    /** Returns the smallest box around the object; all 0 when there is none. */
    public Box bounds() {
        int left = width;
        int right = 0;
        int top = height;
        int bottom = 0;
        int at = runs[0];
        for (int i = 1; i < runs.length; i += 2) {
            int last = at + runs[i] - 1;
            boolean turns = at / height != last / height; // into another column
            left = Math.min(left, at / height);
            right = Math.max(right, last / height + 1);
            top = Math.min(top, turns ? 0 : at % height);
            bottom = Math.max(bottom, turns ? height : last % height + 1);
            at = last + 1 + (i + 1 < runs.length ? runs[i + 1] : 0);
        }
        return right == 0 ? new Box(0, 0, 0, 0) : new Box(left, top, right - left, bottom - top);
    }

    /** Returns the pixels of this or another mask of the same image. */
    public RunLengthMask or(RunLengthMask other) {
        checkArgument(
                width == other.width && height == other.height, "masks of two sizes: %s", other);
        Runs union = new Runs(runs.length + other.runs.length);
        int mine = 0;
        int theirs = 0;
        int myEnd = runs[0];
        int theirEnd = other.runs[0];
        for (int at = 0; at < width * height; ) {
            int end = Math.min(myEnd, theirEnd);
            union.add(mine % 2 == 1 || theirs % 2 == 1, end - at);
            at = end;
            if (myEnd == at && mine + 1 < runs.length) {
                myEnd += runs[++mine];
            }
            if (theirEnd == at && theirs + 1 < other.runs.length) {
                theirEnd += other.runs[++theirs];
            }
        }
        return new RunLengthMask(width, height, union.toArray());
    }

    /** Returns the mask after the pixels moved, each taken from the nearest one. */
    RunLengthMask moved(PixelMap map) {
        byte[] pixels = pixels();
        Runs runs = new Runs(map.height());
        map.trace(width, height, (x, y, source) -> runs.add(source >= 0 && pixels[source] != 0, 1));
        return new RunLengthMask(map.width(), map.height(), runs.toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunLengthMask mask
                && mask.width == width
                && mask.height == height
                && Arrays.equals(mask.runs, runs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(runs);
    }

    @Override
    public String toString() {
        return "%dx%d:%s".formatted(width, height, toCoco());
    }

    /** Runs that grow; neighbours of one kind become one. */
    static final class Runs {
        private int[] lengths;
        private int last; // an odd one is of the object

        Runs(int expected) {
            lengths = new int[Math.max(2, expected)];
        }

        void add(boolean object, int length) {
            if (length == 0) {
                return;
            }
            if (object != (last % 2 == 1)) {
                last++;
                if (last == lengths.length) {
                    lengths = Arrays.copyOf(lengths, 2 * last);
                }
            }
            lengths[last] += length;
        }

        int[] toArray() {
            return Arrays.copyOf(lengths, last + 1);
        }
    }
}
