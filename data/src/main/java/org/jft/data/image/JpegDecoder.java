package org.jft.data.image;

import org.jft.core.failure.ConfigException;
import org.slf4j.LoggerFactory;

/**
 * Who decodes JPEGs. Both say the same of every file, whether it is good or bad and why; their
 * pixels differ by what the resizing differs. Everything but JPEG is OpenCV's.
 */
public enum JpegDecoder {
    /**
     * Our own code over libjpeg-turbo: decodes what a crop needs and no more, and averages as
     * Pillow does. What it does not know, and every broken file, it leaves to OpenCV. There when
     * the build found a C compiler and libjpeg-turbo, and this machine has the library.
     */
    LIBJPEG_TURBO("libjpeg-turbo"),
    /** Always there. */
    OPENCV("opencv");

    /** {@code -Djft.jpeg=opencv} or {@code libjpeg-turbo} instead of the fastest there is. */
    static final String PROPERTY = "jft.jpeg";

    private final String label;

    JpegDecoder(String label) {
        this.label = label;
    }

    /** Returns whether this process can use it. */
    public boolean available() {
        return this == OPENCV || NativeLibrary.PROBLEM == null;
    }

    /**
     * Returns the one to use: what the property {@code jft.jpeg} says, else the fastest available.
     *
     * @throws ConfigException if the property names none, or one that is not available
     */
    public static JpegDecoder preferred() {
        String wanted = System.getProperty(PROPERTY);
        if (wanted == null) {
            return Fastest.AVAILABLE;
        }
        if (wanted.equals(OPENCV.label)) {
            return OPENCV;
        }
        if (!wanted.equals(LIBJPEG_TURBO.label)) {
            throw new ConfigException(
                    "-D%s=%s: there is libjpeg-turbo and opencv".formatted(PROPERTY, wanted));
        }
        if (!LIBJPEG_TURBO.available()) {
            throw new ConfigException(
                    "-D%s=%s: %s".formatted(PROPERTY, wanted, NativeLibrary.PROBLEM));
        }
        return LIBJPEG_TURBO;
    }

    /** Found once a process, and told: pixels differ a little between the two. */
    private static final class Fastest {
        static final JpegDecoder AVAILABLE = LIBJPEG_TURBO.available() ? LIBJPEG_TURBO : OPENCV;

        static {
            if (AVAILABLE == OPENCV) {
                LoggerFactory.getLogger(JpegDecoder.class)
                        .warn("JPEGs are decoded by OpenCV: {}", NativeLibrary.PROBLEM);
            }
        }
    }

    /** Returns its name, as in the property. */
    @Override
    public String toString() {
        return label;
    }
}
