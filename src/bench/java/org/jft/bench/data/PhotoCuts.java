package org.jft.bench.data;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imread;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;
import org.jft.core.failure.ConfigException;

/**
 * JPEGs of one size, cut at random places and scales from large photographs: 4:2:0, quality 90. As
 * many from each photograph as from any other.
 */
final class PhotoCuts {
    private static final int QUALITY = 90;
    private static final double LARGEST_REDUCTION = 4; // of a photograph, each side

    private PhotoCuts() {}

    /**
     * Cuts files.
     *
     * @param folder searched with all below it for .jpg, .jpeg and .png
     * @throws ConfigException if no photograph there is large enough
     */
    static List<byte[]> cut(Path folder, int count, int width, int height, long seed) {
        List<Path> photos = photographs(folder);
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> files = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < photos.size(); i++) {
            int share = (count - files.size() + photos.size() - i - 1) / (photos.size() - i);
            try (Mat photo = imread(photos.get(i).toString(), IMREAD_COLOR)) {
                boolean large = !photo.empty() && photo.cols() >= width && photo.rows() >= height;
                for (int j = 0; large && j < share; j++) {
                    files.add(cut(photo, width, height, random));
                }
                used += large ? 1 : 0;
            }
        }
        if (used == 0 || files.size() < count) {
            throw new ConfigException(
                    "--photos=%s: too few photographs of at least %s x %s pixels"
                            .formatted(folder, width, height));
        }
        return files;
    }

    private static List<Path> photographs(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().toLowerCase().matches(".*\\.(jpe?g|png)"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new ConfigException("--photos=%s cannot be read".formatted(folder), e);
        }
    }

    private static byte[] cut(Mat photo, int width, int height, SplittableRandom random) {
        double most = Math.min((double) photo.cols() / width, (double) photo.rows() / height);
        double reduction = 1 + random.nextDouble() * (Math.min(most, LARGEST_REDUCTION) - 1);
        int boxWidth = (int) (width * reduction);
        int boxHeight = (int) (height * reduction);
        int left = random.nextInt(photo.cols() - boxWidth + 1);
        int top = random.nextInt(photo.rows() - boxHeight + 1);
        try (Rect at = new Rect(left, top, boxWidth, boxHeight);
                Mat box = new Mat(photo, at);
                Mat small = new Mat();
                Size size = new Size(width, height);
                BytePointer encoded = new BytePointer();
                IntPointer options = new IntPointer(IMWRITE_JPEG_QUALITY, QUALITY)) {
            resize(box, small, size, 0, 0, INTER_AREA);
            imencode(".jpg", small, encoded, options);
            byte[] file = new byte[(int) encoded.limit()];
            encoded.get(file);
            return file;
        }
    }
}
