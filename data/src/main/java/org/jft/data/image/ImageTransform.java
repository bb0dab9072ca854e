package org.jft.data.image;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.jft.core.config.ImageConfig;
import org.jft.core.failure.ConfigException;
import org.jft.data.annotation.PixelMap;
import org.jft.data.header.ImageHeader;

/**
 * Encoded bytes to a square of pixels in one slot of a batch, or to several views of one image:
 * uint8, RGB, [slot, view, height, width, channel]. JPEG, PNG and WebP in all their depths and
 * palettes, turned upright by EXIF; 16-bit channels are reduced to 8, transparency is laid over
 * white, of an animation the first frame counts.
 *
 * <p>Resizing averages where a side shrinks and interpolates linearly where it grows: over areas by
 * OpenCV, by a triangle filter in {@link JpegDecoder#LIBJPEG_TURBO}.
 *
 * <p>Owns native memory that is reused from image to image; one decoding thread owns this and
 * closes it.
 */
public final class ImageTransform implements AutoCloseable {
    /** Images with more pixels are refused by their header: no photograph, a decoder's bomb. */
    public static final long MAX_PIXELS = 50_000_000;

    private static final int MIRROR = 1;
    private static final int TEN = 10;

    private final ImageConfig config;
    private final int views;
    private final Decoder decoder = new Decoder();

    /** Null when OpenCV decodes JPEGs as well. */
    private final JpegCropper cropper;

    /** Null in evaluation. */
    private final Augmentation augmentation;

    private final Mat shrunk = new Mat();
    private final Mat resized = new Mat();
    private final Size side = new Size();

    /** A Mat over a view in the caller's batch, moved from view to view. */
    private Mat viewMat = new Mat();

    private BytePointer batchStart;
    private ByteBuffer batchBuffer;

    private ImageTransform(
            ImageConfig config, int views, Augmentation augmentation, JpegDecoder jpeg) {
        this.config = config;
        this.views = views;
        this.augmentation = augmentation;
        cropper = jpeg == JpegDecoder.LIBJPEG_TURBO ? new JpegCropper() : null;
    }

    /** Crops, mirrors and changes colours at random, as the configuration says. */
    public static ImageTransform training(ImageConfig config) {
        return training(config, JpegDecoder.preferred());
    }

    /** The same with a decoder of the caller's choice, which must be available. */
    public static ImageTransform training(ImageConfig config, JpegDecoder jpeg) {
        return new ImageTransform(config, 1, new Augmentation(config), jpeg);
    }

    /**
     * Resizes the whole image and cuts out the centre, or corners and centre and their mirror
     * images; draws nothing.
     *
     * @param crops 1 or 10
     */
    public static ImageTransform evaluation(ImageConfig config, int crops) {
        return evaluation(config, crops, JpegDecoder.preferred());
    }

    /** The same with a decoder of the caller's choice, which must be available. */
    public static ImageTransform evaluation(ImageConfig config, int crops, JpegDecoder jpeg) {
        checkArgument(crops == 1 || crops == TEN, "crops must be 1 or 10: crops=%s", crops);
        return new ImageTransform(config, crops, null, jpeg);
    }

    /** Returns the bytes of one view: size * size * 3. */
    public static int viewBytes(ImageConfig config) {
        return config.size() * config.size() * 3;
    }

    /** Returns the bytes of one slot: views * size * size * 3. */
    public int slotBytes() {
        return views * viewBytes(config);
    }

    /**
     * Decodes one image into one slot.
     *
     * @param encoded direct; position 0 to limit is one file
     * @param random the draws of this sample; evaluation ignores them
     * @param batch direct; position and limit are ignored
     * @return good, or why not; then the slot holds anything
     */
    public Outcome apply(ByteBuffer encoded, SampleRandom random, ByteBuffer batch, int slot) {
        checkArgument(encoded.isDirect() && batch.isDirect(), "buffers must be direct");
        checkArgument(
                slot >= 0 && (slot + 1L) * slotBytes() <= batch.capacity(),
                "slot out of range: slot=%s, capacity=%s",
                slot,
                batch.capacity());
        ImageHeader header = ImageHeader.read(encoded);
        if (header.problem() != null) {
            return Outcome.bad(header.problem());
        }
        if (header.pixels() > MAX_PIXELS) {
            return Outcome.bad(
                    "%d x %d pixels, more than %d million"
                            .formatted(header.width(), header.height(), MAX_PIXELS / 1_000_000));
        }
        Framing framing = framing(header, random);
        if (!cropJpeg(encoded, header, framing, batch, slot)) {
            Mat image = decoder.decode(encoded, header);
            if (image == null) {
                return Outcome.bad(decoder.problem());
            }
            frame(image, framing, batch, slot);
            decoder.trim(header);
        }
        if (views == TEN) {
            cutTen(header, batch, slot);
        }
        if (augmentation != null) {
            pointTo(batch, slot);
            augmentation.apply(viewMat, random);
        }
        return Outcome.GOOD;
    }

    /**
     * Returns where {@link #apply} moves the pixels of an image as it is stored, so that boxes,
     * masks and keypoints can follow.
     *
     * @param encoded an image that apply found good
     * @param random the same draws
     * @throws ConfigException with {@code data.image.rand_augment}, which also turns and shears
     */
    public PixelMap map(ByteBuffer encoded, SampleRandom random) {
        checkArgument(views == 1, "ten views have no single map");
        if (augmentation != null && config.randAugment().operations() > 0) {
            throw new ConfigException(
                    "data.image.rand_augment turns and shears images, which boxes cannot follow:"
                            + " set data.image.rand_augment.operations=0");
        }
        ImageHeader header = ImageHeader.read(encoded);
        return framing(header, random).map(header, config.size());
    }

    private Framing framing(ImageHeader header, SampleRandom random) {
        if (augmentation != null) {
            return Framing.random(config, header.width(), header.height(), random);
        }
        return views == 1
                ? Framing.centred(config, header.width(), header.height())
                : Framing.whole(config, header.width(), header.height());
    }

    /** Writes the view, or for ten views the resized image; false when OpenCV has to. */
    private boolean cropJpeg(
            ByteBuffer encoded, ImageHeader header, Framing framing, ByteBuffer batch, int slot) {
        if (cropper == null || !ImageHeader.isJpeg(encoded)) {
            return false;
        }
        if (views == 1) {
            return cropper.crop(encoded, header, framing, config.size(), batch, slot * slotBytes());
        }
        resized.create(config.resize(), config.resize(), CV_8UC3);
        return cropper.crop(encoded, header, framing, config.resize(), resized.createBuffer(), 0);
    }

    @Override
    public void close() {
        decoder.close();
        if (cropper != null) {
            cropper.close();
        }
        if (augmentation != null) {
            augmentation.close();
        }
        shrunk.close();
        resized.close();
        side.close();
        viewMat.close();
        batchBuffer = null;
    }

    private void pointTo(ByteBuffer batch, int view) {
        if (batch != batchBuffer) {
            viewMat.close();
            batchStart = new BytePointer(batch.duplicate().clear());
            viewMat = new Mat(config.size(), config.size(), CV_8UC3, batchStart);
            batchBuffer = batch; // also keeps the memory alive
        }
        viewMat.data(batchStart.position((long) view * viewBytes(config)));
    }

    /** Out of the resized image. */
    private void cutTen(ImageHeader header, ByteBuffer batch, int slot) {
        for (int view = 0; view < TEN; view++) {
            pointTo(batch, slot * TEN + view);
            cut(Framing.ofTen(config, header.width(), header.height(), view));
        }
    }

    /** Writes the view, or for ten views the resized image. */
    private void frame(Mat image, Framing framing, ByteBuffer batch, int slot) {
        if (views == TEN) {
            resize(image, resized, config.resize());
            return;
        }
        pointTo(batch, slot);
        boolean cuts = framing.resize() != config.size();
        Mat target = cuts || framing.mirrored() ? resized : viewMat;
        int below = image.rows() - framing.top() - framing.height();
        int right = image.cols() - framing.left() - framing.width();
        // adjustROI moves the borders of the same Mat: no header is allocated for the box.
        image.adjustROI(-framing.top(), -below, -framing.left(), -right);
        try {
            resize(image, target, framing.resize());
        } finally {
            image.adjustROI(framing.top(), below, framing.left(), right);
        }
        if (target != viewMat) {
            cut(framing);
        }
    }

    private void cut(Framing framing) {
        int below = framing.resize() - framing.cutTop() - config.size();
        int right = framing.resize() - framing.cutLeft() - config.size();
        resized.adjustROI(-framing.cutTop(), -below, -framing.cutLeft(), -right);
        try {
            if (framing.mirrored()) {
                opencv_core.flip(resized, viewMat, MIRROR);
            } else {
                resized.copyTo(viewMat);
            }
        } finally {
            resized.adjustROI(framing.cutTop(), below, framing.cutLeft(), right);
        }
    }

    private void resize(Mat box, Mat target, int length) {
        Mat source = box;
        boolean shrinks = box.cols() > length || box.rows() > length;
        boolean grows = box.cols() < length || box.rows() < length;
        if (shrinks && grows) { // OpenCV would interpolate, hence alias, on both sides
            side.width(Math.min(box.cols(), length)).height(Math.min(box.rows(), length));
            opencv_imgproc.resize(box, shrunk, side, 0, 0, INTER_AREA);
            source = shrunk;
        }
        side.width(length).height(length);
        opencv_imgproc.resize(source, target, side, 0, 0, grows ? INTER_LINEAR : INTER_AREA);
    }
}
