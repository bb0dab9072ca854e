package org.jft.data.image;

import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import org.jft.data.header.ImageHeader;
import org.jft.data.header.Orientation;

/**
 * A JPEG's crop as a square of pixels, through libjpeg-turbo ({@code src/main/native}). Only the
 * rows and columns that the square needs are decoded, at a half, a quarter or an eighth of the size
 * where the crop is much larger; then they are averaged by a triangle filter as they come, straight
 * into the batch. Mirroring and EXIF orientation cost nothing: pixels are written in that order.
 *
 * <p>Owns native memory that is reused from image to image. One thread.
 */
final class JpegCropper implements AutoCloseable {
    private static final int RGB = 3;

    /** The fields of {@code struct jpeg_crop_request}, in order. */
    private final int[] request = new int[13];

    private long handle;

    JpegCropper() {
        checkState(NativeLibrary.PROBLEM == null, "libjpeg-turbo: %s", NativeLibrary.PROBLEM);
        handle = create();
        checkState(handle != 0, "no memory for a JPEG decoder");
    }

    /** Returns whether the library that is loaded is the one that ours was compiled for. */
    static boolean works() {
        long handle = create();
        if (handle == 0) {
            return false;
        }
        destroy(handle);
        return true;
    }

    /**
     * Decodes, crops, resizes and mirrors.
     *
     * @param encoded direct; position 0 to limit is one JPEG
     * @param header of this JPEG
     * @param framing in pixels of the upright image
     * @param window side of the square, pixels
     * @param out direct; [window, window, RGB] is written from byte {@code offset} on
     * @return false when OpenCV should judge the file: it is broken, or of a kind that is not done
     *     here (CMYK, arithmetic coding); then the square holds anything
     */
    boolean crop(
            ByteBuffer encoded,
            ImageHeader header,
            Framing framing,
            int window,
            ByteBuffer out,
            int offset) {
        checkState(handle != 0, "closed");
        fill(header, framing, window, offset);
        return decode(handle, request, encoded, encoded.limit(), out);
    }

    /** Turns a framing of the upright image into one of the stored image. */
    private void fill(ImageHeader header, Framing framing, int window, int offset) {
        Orientation orientation = header.orientation();
        boolean fromRight = orientation.leftRight();
        boolean fromBelow = orientation.upDown();
        int left = fromRight ? header.width() - framing.left() - framing.width() : framing.left();
        int top = fromBelow ? header.height() - framing.top() - framing.height() : framing.top();
        int margin = framing.resize() - window;
        int windowLeft = fromRight ? margin - framing.cutLeft() : framing.cutLeft();
        int windowTop = fromBelow ? margin - framing.cutTop() : framing.cutTop();

        boolean mirrored = fromRight ^ framing.mirrored();
        int column = mirrored ? -RGB : RGB;
        int row = fromBelow ? -RGB * window : RGB * window;
        int first =
                offset
                        + (mirrored ? RGB * (window - 1) : 0)
                        + (fromBelow ? RGB * window * (window - 1) : 0);

        if (orientation.transposes()) { // what is across the upright image is down the stored one
            set(header.height(), header.width(), top, left, framing.height(), framing.width());
            setWindow(framing.resize(), windowTop, windowLeft, window, first, column, row);
        } else {
            set(header.width(), header.height(), left, top, framing.width(), framing.height());
            setWindow(framing.resize(), windowLeft, windowTop, window, first, row, column);
        }
    }

    private void set(int imageWidth, int imageHeight, int left, int top, int width, int height) {
        request[0] = imageWidth;
        request[1] = imageHeight;
        request[2] = left;
        request[3] = top;
        request[4] = width;
        request[5] = height;
    }

    private void setWindow(
            int side, int left, int top, int window, int first, int rowStep, int columnStep) {
        request[6] = side;
        request[7] = left;
        request[8] = top;
        request[9] = window;
        request[10] = first;
        request[11] = rowStep;
        request[12] = columnStep;
    }

    @Override
    public void close() {
        destroy(handle);
        handle = 0;
    }

    private static native long create();

    private static native void destroy(long handle);

    private static native boolean decode(
            long handle, int[] request, ByteBuffer encoded, int length, ByteBuffer out);
}
