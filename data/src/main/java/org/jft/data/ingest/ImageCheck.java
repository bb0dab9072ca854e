package org.jft.data.ingest;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import org.jft.data.annotation.PixelMap;
import org.jft.data.archive.BrokenArchiveException;
import org.jft.data.image.UprightImage;
import org.jft.data.shard.SampleKey;

/**
 * What every image goes through: is it readable, what does its header say, is it small enough.
 * Thread-safe.
 *
 * @param maxMegapixels larger images are of no use
 * @param shrink which images are made smaller
 */
public record ImageCheck(double maxMegapixels, ShrinkRule shrink) implements Serializable {

    /**
     * An image that was looked at.
     *
     * @param image its bytes, shrunk if that was asked for; null with a problem
     * @param key of these bytes; null with a problem
     * @param moved where its pixels went when it was shrunk; null when they stayed
     * @param problem why it cannot be used; null when it can
     */
    public record Checked(
            byte[] image, ImageHeader header, SampleKey key, PixelMap moved, String problem) {}

    /** Returns the check that the options ask for. */
    public static ImageCheck of(ImportOptions options) {
        return new ImageCheck(options.maxMegapixels(), options.shrink());
    }

    /** Looks at an image as it is, without decoding it. */
    public Checked look(Source.ImageBytes bytes) {
        return check(bytes, false);
    }

    /** Looks at an image and shrinks it as the rule says. */
    public Checked prepare(Source.ImageBytes bytes) {
        return check(bytes, true);
    }

    private Checked check(Source.ImageBytes bytes, boolean shrinking) {
        try {
            byte[] image = bytes.get();
            ImageHeader header = header(image);
            PixelMap moved = null;
            if (shrinking) {
                byte[] small = ImageCodec.shrink(image, header, shrink);
                moved = small == image ? null : moved(image, header, ImageHeader.of(small));
                image = small;
                header = ImageHeader.of(image);
            }
            return new Checked(image, header, SampleKey.of(image), moved, null);
        } catch (UnusableImageException e) {
            return new Checked(null, null, null, null, e.getMessage());
        } catch (IOException | RuntimeException e) {
            // one image never ends an import: a name that this locale has no letters for, a decoder
            return new Checked(null, null, null, null, reason(e));
        }
    }

    private static PixelMap moved(byte[] image, ImageHeader stored, ImageHeader small) {
        return PixelMap.upright(stored.width(), stored.height(), UprightImage.orientation(image))
                .resized(small.width(), small.height());
    }

    private ImageHeader header(byte[] image) throws UnusableImageException {
        ImageHeader header = ImageHeader.of(image);
        if (header.pixels() > maxMegapixels * 1e6) {
            throw new UnusableImageException(
                    "%dx%d is %.1f megapixels, above --max-megapixels %s"
                            .formatted(
                                    header.width(),
                                    header.height(),
                                    header.pixels() / 1e6,
                                    maxMegapixels));
        }
        return header;
    }

    private static String reason(Exception e) {
        if (e instanceof BrokenArchiveException) {
            return e.getMessage();
        }
        return e instanceof NoSuchFileException ? "no such file" : "cannot be read: " + e;
    }
}
