package org.jft.data.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the library behind {@link JpegCropper}, once a process: from the jar, where the build put
 * it in a folder of the platform's name, through a temporary file.
 */
final class NativeLibrary {
    private static final String NAME = "libjft_jpeg.so";

    /** Why the library cannot be used, in a few words; null when it can. */
    static final String PROBLEM = load();

    private NativeLibrary() {}

    private static String load() {
        String resource = Loader.getPlatform() + "/" + NAME;
        try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                return "built without it (no C compiler, or no libjpeg-turbo)";
            }
            Path file = Files.createTempFile("jft", NAME);
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                System.load(file.toString());
            } finally {
                Files.delete(file); // it stays mapped
            }
            return JpegCropper.works() ? null : "libjpeg-turbo is another than it was built with";
        } catch (IOException | UnsatisfiedLinkError e) {
            return "it does not load: " + e.getMessage();
        }
    }
}
