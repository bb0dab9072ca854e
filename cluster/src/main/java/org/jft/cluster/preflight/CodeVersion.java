package org.jft.cluster.preflight;

import com.google.common.hash.Hashing;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Tells one build from another by what is in it: the checksums of our own classes, and the names of
 * the libraries' jars, which have their versions in them. Building the same sources twice gives the
 * same version, in jars or in folders.
 */
public final class CodeVersion {
    private static final String OURS = "org/jft/";

    private CodeVersion() {}

    /** Returns the version of this process. */
    public static String ofThisProcess() {
        return of(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.isEmpty())
                        .map(Path::of)
                        .toList());
    }

    /** Returns the version of a class path. */
    static String of(List<Path> classPath) {
        SortedMap<String, Long> parts = new TreeMap<>();
        try {
            for (Path entry : classPath) {
                if (Files.isDirectory(entry)) {
                    addFolder(entry, parts);
                } else if (Files.isRegularFile(entry)) {
                    addJar(entry, parts);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Hashing.sha256()
                .hashString(parts.toString(), StandardCharsets.UTF_8)
                .toString()
                .substring(0, 16);
    }

    private static void addJar(Path jar, SortedMap<String, Long> into) throws IOException {
        if (!jar.getFileName().toString().startsWith("jft-")) {
            into.put(jar.getFileName().toString(), 0L);
            return;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .filter(entry -> entry.getName().startsWith(OURS) && !entry.isDirectory())
                    .forEach((ZipEntry entry) -> into.put(entry.getName(), entry.getCrc()));
        }
    }

    private static void addFolder(Path folder, SortedMap<String, Long> into) throws IOException {
        Path ours = folder.resolve(OURS);
        if (!Files.isDirectory(ours)) {
            return;
        }
        try (Stream<Path> files = Files.walk(ours)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                CRC32 crc = new CRC32();
                crc.update(Files.readAllBytes(file));
                into.put(folder.relativize(file).toString(), crc.getValue());
            }
        }
    }
}
