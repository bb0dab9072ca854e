package org.jft.data.inspect;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jft.data.pipeline.Batch;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * One sample as the network gets it.
 *
 * @param image its pixels before they are normalised; null when it cannot be decoded
 * @param labels names of its labels, the most specific first; with the confidence where that is
 *     below 1, and a question mark where the class is ignored
 */
public record SamplePicture(BufferedImage image, List<String> labels) {
    /**
     * Copies a square picture.
     *
     * @param rgb uint8, [side, side, 3]
     * @param lines what stands below it
     */
    public static SamplePicture of(ByteBuffer rgb, int side, List<String> lines) {
        return new SamplePicture(image(rgb, side), lines);
    }

    /** Copies the first sample of a batch. */
    static SamplePicture of(Batch batch, int side, Taxonomy taxonomy) {
        int end = batch.labelOffsets()[1];
        List<String> labels =
                IntStream.range(0, end)
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> -taxonomy.depth(batch.labelIds()[i])))
                        .map(i -> label(taxonomy.name(batch.labelIds()[i]), batch.confidences()[i]))
                        .toList();
        return new SamplePicture(image(batch.pixels(), side), labels);
    }

    private static String label(String name, float confidence) {
        if (confidence == Labels.IGNORED) {
            return name + " ?";
        }
        return confidence == 1 ? name : String.format(Locale.ROOT, "%s %.2f", name, confidence);
    }

    private static BufferedImage image(ByteBuffer rgb, int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < side * side; pixel++) {
            int red = rgb.get(3 * pixel) & 0xff;
            int green = rgb.get(3 * pixel + 1) & 0xff;
            int blue = rgb.get(3 * pixel + 2) & 0xff;
            image.setRGB(pixel % side, pixel / side, red << 16 | green << 8 | blue);
        }
        return image;
    }
}
