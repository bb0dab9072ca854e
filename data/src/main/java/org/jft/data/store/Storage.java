package org.jft.data.store;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jft.core.config.StoreConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;

/** The files of one data set, wherever they lie, for reading. Thread-safe. */
public interface Storage extends AutoCloseable {
    /** Opens a folder or a bucket's prefix with the defaults. */
    static Storage of(String location) {
        return of(location, StoreConfig.defaults());
    }

    /**
     * Opens a place; nothing of the data set is read yet.
     *
     * @param location a path, or {@code s3://bucket/prefix}
     * @throws ConfigException when it is neither, or there are no credentials or no region
     */
    static Storage of(String location, StoreConfig config) {
        Matcher scheme = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://.*").matcher(location);
        if (!scheme.matches()) {
            return new LocalStorage(Path.of(location));
        }
        if (scheme.group(1).equals(S3Location.SCHEME)) {
            return S3Storage.open(S3Location.parse(location), config, Timing.DEFAULT);
        }
        throw new ConfigException(
                "%s: data sets are read from folders and from s3://, not from %s://"
                        .formatted(location, scheme.group(1)));
    }

    /** Returns the folder, when it is one of this machine. */
    Optional<Path> folder();

    /**
     * Returns a folder of this machine for files that are made from these, and can be made again.
     * It need not be there yet, and may be one that cannot be written.
     *
     * @param fingerprint of the data set
     */
    Path derived(String fingerprint);

    /** Returns how much of it is kept near at a time; empty for a folder of this machine. */
    OptionalLong nearBytes();

    /** Returns the whole name of a file, for messages; of the place itself for "". */
    String locate(String name);

    /** Returns whether there is such a file. */
    boolean exists(String name);

    /**
     * Reads a small file.
     *
     * @throws CorruptDataException naming it when it is missing
     */
    byte[] readAll(String name);

    /**
     * Opens a file for random access; close it before the storage.
     *
     * @param expectedBytes its size as manifest.json lists it
     * @throws CorruptDataException naming it when it is missing or of another size
     */
    StoredFile open(String name, long expectedBytes);

    /** Returns what was read so far. */
    Traffic traffic();

    @Override
    void close();
}
