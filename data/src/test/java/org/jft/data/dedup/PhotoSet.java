package org.jft.data.dedup;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jft.data.image.TestImages;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/** Pictures with the broad areas of photographs, what becomes of them on the web, data sets. */
final class PhotoSet {
    private static final int WIDTH = 96;
    private static final int HEIGHT = 80;

    private PhotoSet() {}

    /** Soft areas of random colours; equal seeds are equal. */
    static BufferedImage photo(long seed) {
        Random random = new Random(seed);
        BufferedImage areas = new BufferedImage(7, 6, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < areas.getHeight(); y++) {
            for (int x = 0; x < areas.getWidth(); x++) {
                areas.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return scaled(areas, WIDTH, HEIGHT);
    }

    static BufferedImage scaled(BufferedImage image, int width, int height) {
        return drawn(image, width, height, false);
    }

    static BufferedImage mirrored(BufferedImage image) {
        return drawn(image, image.getWidth(), image.getHeight(), true);
    }

    private static BufferedImage drawn(
            BufferedImage image, int width, int height, boolean mirrored) {
        BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D pen = drawn.createGraphics();
        pen.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        pen.drawImage(image, mirrored ? width : 0, 0, mirrored ? -width : width, height, null);
        pen.dispose();
        return drawn;
    }

    /** Writes a data set of encoded images, with one class; row i is the i-th. */
    static Path write(Path folder, List<byte[]> images) {
        Taxonomy taxonomy = Taxonomy.of(List.of(new TaxonomyClass(0, "thing", List.of())));
        try (DataSetWriter writer =
                DataSetWriter.create(folder, "train", taxonomy, ShardLayout.DEFAULT, false)) {
            for (byte[] image : images) {
                Labels label = new Labels(new int[] {0}, new float[] {1});
                writer.add(new Sample(image, null, WIDTH, HEIGHT, label, null));
            }
            writer.finish();
        }
        return folder;
    }

    static byte[] png(long seed) {
        return TestImages.png(photo(seed));
    }

    static byte[] jpeg(long seed) {
        return TestImages.jpeg(photo(seed));
    }
}
