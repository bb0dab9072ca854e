package org.jft.bench.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.jft.core.config.ImageConfig;

/** The peer: what the JDK brings. The crops have the same distribution as ours. */
final class ImageIoSource implements PixelSource {
    private static final int BOX_ATTEMPTS = 10;
    private static final double MAX_RATIO = 4.0 / 3.0;

    private record Box(int left, int top, int width, int height) {}

    private final ImageConfig config;
    private final BufferedImage resized;
    private final byte[] rgb;
    private final ByteBuffer slot; // [size, size, 3]

    ImageIoSource(ImageConfig config) {
        this.config = config;
        ImageIO.setUseCache(false); // else every image goes through a temporary file
        int size = config.size();
        resized = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        rgb = new byte[3 * size * size];
        slot = ByteBuffer.allocateDirect(rgb.length);
    }

    @Override
    public void decode(byte[] jpeg, long row) {
        SplittableRandom random = new SplittableRandom(row);
        BufferedImage image = read(jpeg);
        Box box = box(image.getWidth(), image.getHeight(), random);
        int size = config.size();
        boolean mirrored = random.nextBoolean();
        Graphics2D graphics = resized.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(
                image,
                mirrored ? size : 0,
                0,
                mirrored ? 0 : size,
                size,
                box.left(),
                box.top(),
                box.left() + box.width(),
                box.top() + box.height(),
                null);
        graphics.dispose();
        copyOut();
    }

    @Override
    public void close() {
        resized.flush();
    }

    private static BufferedImage read(byte[] jpeg) {
        try {
            return ImageIO.read(new ByteArrayInputStream(jpeg));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Box box(int width, int height, SplittableRandom random) {
        double logRatio = Math.log(MAX_RATIO);
        for (int attempt = 0; attempt < BOX_ATTEMPTS; attempt++) {
            double scale = config.minScale() + random.nextDouble() * (1 - config.minScale());
            double area = scale * width * height;
            double ratio = Math.exp((2 * random.nextDouble() - 1) * logRatio);
            int boxWidth = (int) Math.round(Math.sqrt(area * ratio));
            int boxHeight = (int) Math.round(Math.sqrt(area / ratio));
            if (0 < boxWidth && boxWidth <= width && 0 < boxHeight && boxHeight <= height) {
                return new Box(
                        random.nextInt(width - boxWidth + 1),
                        random.nextInt(height - boxHeight + 1),
                        boxWidth,
                        boxHeight);
            }
        }
        return new Box(0, 0, width, height);
    }

    private void copyOut() {
        int[] pixels = ((DataBufferInt) resized.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        slot.clear().put(rgb);
    }
}
