package org.jft.data.shard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The one checksum used here. Not Guava's Hashing: the JDK's runs on the CPU's SHA unit. */
final class Sha256 {
    /** Length of a checksum. */
    static final int BYTES = 32;

    private Sha256() {}

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hex(MessageDigest digest) {
        return hex(digest.digest());
    }

    static String hex(byte[] checksum) {
        return HexFormat.of().formatHex(checksum);
    }

    static byte[] fromHex(String checksum) {
        return HexFormat.of().parseHex(checksum);
    }

    /** Hashes lines; they are not held in memory. */
    static String ofLines(String first, Stream<String> rest) {
        MessageDigest digest = digest();
        Stream.concat(Stream.of(first), rest)
                .forEach(line -> digest.update((line + "\n").getBytes(UTF_8)));
        return hex(digest);
    }

    static String ofFile(Path file) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return hex(digest);
    }
}
