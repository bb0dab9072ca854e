package org.jft.train.loop;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jft.data.shard.SampleKey;
import org.jft.data.shard.SampleStore;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * A data set in memory: square pictures of noise; row r has the label r mod classes, of confidence
 * 1 if r is even and else 0.4.
 */
record NoiseStore(List<byte[]> images, int classCount) implements SampleStore {
    static NoiseStore of(int rows, int side, int classes, Random random) {
        List<byte[]> images = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
            for (int i = 0; i < side * side; i++) {
                image.setRGB(i % side, i / side, random.nextInt(1 << 24));
            }
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            try {
                ImageIO.write(image, "png", png);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            images.add(png.toByteArray());
        }
        return new NoiseStore(images, classes);
    }

    /** Returns classes without a hierarchy. */
    static Taxonomy taxonomy(int classes) {
        return Taxonomy.flat(IntStream.range(0, classes).mapToObj(k -> "class " + k).toList());
    }

    @Override
    public long rowCount() {
        return images.size();
    }

    @Override
    public SampleKey key(long row) {
        return SampleKey.of(images.get((int) row));
    }

    @Override
    public ByteBuffer readImage(long row, ByteBuffer scratch) {
        return scratch.clear().put(images.get((int) row)).flip();
    }

    @Override
    public Labels labels(long row) {
        return new Labels(
                new int[] {(int) (row % classCount)}, new float[] {row % 2 == 0 ? 1 : 0.4f});
    }

    @Override
    public Optional<Labels> cleanLabels(long row) {
        return Optional.empty();
    }

    @Override
    public String locate(long row) {
        return "noise " + row;
    }

    @Override
    public String fingerprint() {
        return "noise";
    }

    @Override
    public void close() {}
}
