package org.jft.data.ingest;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_32FC4;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.jft.data.image.UprightImage;

/** Decoding, shrinking and encoding of whole images, at import only. Thread-safe. */
@SuppressWarnings("try") // a PointerScope works by being open
final class ImageCodec {
    private ImageCodec() {}

    /** Decodes every pixel and compares the size with the header's. */
    static void checkDecodes(byte[] image, int width, int height) throws UnusableImageException {
        try (PointerScope scope = new PointerScope()) {
            Mat pixels = decode(image, opencv_imgcodecs.IMREAD_UNCHANGED);
            if (pixels.cols() != width || pixels.rows() != height) {
                throw new UnusableImageException(
                        "decodes to %dx%d pixels, the row says %dx%d"
                                .formatted(pixels.cols(), pixels.rows(), width, height));
            }
        }
    }

    /**
     * Shrinks an image as the rule says, keeping aspect and alpha. A JPEG stays one, everything
     * else becomes PNG; both are turned upright, as the EXIF tag would be lost. Colour profiles
     * are. An image that fits keeps its bytes, and so its tag.
     */
    static byte[] shrink(byte[] image, ImageHeader header, ShrinkRule rule)
            throws UnusableImageException {
        double scale = rule.scale(header.width(), header.height());
        if (scale >= 1) {
            return image;
        }
        boolean jpeg = header.format() == ImageHeader.Format.JPEG;
        try (PointerScope scope = new PointerScope()) {
            Mat pixels =
                    decode(
                            image,
                            jpeg
                                    ? opencv_imgcodecs.IMREAD_COLOR
                                            | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION
                                    : opencv_imgcodecs.IMREAD_UNCHANGED);
            if (pixels.depth() == CV_16U) {
                pixels.convertTo(pixels, CV_8U, 1.0 / 257, 0);
            }
            Size size =
                    new Size(
                            (int) Math.max(1, Math.round(pixels.cols() * scale)),
                            (int) Math.max(1, Math.round(pixels.rows() * scale)));
            Mat small = pixels.channels() == 4 ? shrinkWithAlpha(pixels, size) : area(pixels, size);
            return encode(UprightImage.of(image, small), jpeg, rule.jpegQuality());
        }
    }

    /** Encodes one 8-bit gray or BGR image as PNG; pixels row by row. */
    static byte[] encodePng(byte[] pixels, int width, int height, int channels) {
        try (PointerScope scope = new PointerScope()) {
            Mat mat = new Mat(height, width, CV_8UC(channels));
            mat.data().put(pixels, 0, pixels.length);
            return encode(mat, false, 0);
        }
    }

    private static Mat decode(byte[] image, int flags) throws UnusableImageException {
        Mat pixels;
        try {
            pixels = opencv_imgcodecs.imdecode(new Mat(new BytePointer(image), false), flags);
        } catch (RuntimeException e) {
            throw new UnusableImageException("cannot be decoded", e);
        }
        if (pixels.empty()) {
            throw new UnusableImageException("cannot be decoded");
        }
        return pixels;
    }

    private static Mat area(Mat pixels, Size size) {
        Mat small = new Mat();
        opencv_imgproc.resize(pixels, small, size, 0, 0, opencv_imgproc.INTER_AREA);
        return small;
    }

    /** Colour counts by its alpha, else the colour of invisible pixels bleeds into the edges. */
    private static Mat shrinkWithAlpha(Mat pixels, Size size) {
        Mat weighted = new Mat();
        pixels.convertTo(weighted, CV_32FC4);
        FloatBuffer values = weighted.createBuffer();
        for (int i = 0; i < values.capacity(); i += 4) {
            float alpha = values.get(i + 3) / 255;
            for (int c = 0; c < 3; c++) {
                values.put(i + c, values.get(i + c) * alpha);
            }
        }
        Mat small = area(weighted, size);
        FloatBuffer shrunk = small.createBuffer();
        for (int i = 0; i < shrunk.capacity(); i += 4) {
            float alpha = shrunk.get(i + 3) / 255;
            for (int c = 0; c < 3; c++) {
                shrunk.put(i + c, alpha > 0 ? shrunk.get(i + c) / alpha : 0);
            }
        }
        Mat result = new Mat();
        small.convertTo(result, CV_8U);
        return result;
    }

    private static byte[] encode(Mat pixels, boolean jpeg, int quality) {
        BytePointer encoded = new BytePointer();
        IntPointer parameters =
                jpeg
                        ? new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)
                        : new IntPointer();
        if (!opencv_imgcodecs.imencode(jpeg ? ".jpg" : ".png", pixels, encoded, parameters)) {
            throw new IllegalStateException("OpenCV cannot encode %s".formatted(pixels));
        }
        byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
        encoded.get(bytes);
        return bytes;
    }
}
