package org.jft.data.shard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.security.MessageDigest;
import java.util.List;
import org.jft.data.store.Storage;

/**
 * {@code manifest.json}: what a data set folder holds. Written last, so a folder with a manifest is
 * whole.
 *
 * @param schemaVersion {@link #SCHEMA_VERSION}
 * @param split train, test, or what the user called it
 * @param classCount size of the label space
 * @param taxonomy where the classes are described
 * @param columns where images and labels are in shards that others wrote; null for our own
 * @param shards in row order: row 0 of the data set is row 0 of the first shard
 * @param fingerprint SHA-256 over version, taxonomy and shard checksums: equal means same content
 */
public record Manifest(
        int schemaVersion,
        String split,
        int classCount,
        TaxonomyReference taxonomy,
        @JsonInclude(JsonInclude.Include.NON_NULL) Columns columns,
        List<Shard> shards,
        String fingerprint) {
    /** The file's name in a data set folder. */
    public static final String FILE_NAME = "manifest.json";

    /** Version of the folder format that this code writes and reads. */
    public static final int SCHEMA_VERSION = 1;

    public Manifest {
        requireNonNull(split, "split is missing");
        requireNonNull(taxonomy, "taxonomy is missing");
        requireNonNull(fingerprint, "fingerprint is missing");
        shards = List.copyOf(requireNonNull(shards, "shards is missing"));
    }

    /** The taxonomy's file, relative to the folder. */
    public record TaxonomyReference(String file, String sha256) {
        public TaxonomyReference {
            requireNonNull(file, "taxonomy.file is missing");
            requireNonNull(sha256, "taxonomy.sha256 is missing");
        }
    }

    /** Names of the columns of shards in Hugging Face's layout, see {@link ImageTable}. */
    public record Columns(String image, String label) {
        public Columns {
            requireNonNull(image, "columns.image is missing");
            requireNonNull(label, "columns.label is missing");
        }
    }

    /** One Parquet file, relative to the folder. */
    public record Shard(String file, long rows, long bytes, String sha256) {
        public Shard {
            requireNonNull(file, "a shard's file is missing");
            requireNonNull(sha256, "a shard's sha256 is missing");
        }
    }

    static Manifest of(
            String split, int classCount, TaxonomyReference taxonomy, List<Shard> shards) {
        return of(split, classCount, taxonomy, null, shards);
    }

    static Manifest of(
            String split,
            int classCount,
            TaxonomyReference taxonomy,
            Columns columns,
            List<Shard> shards) {
        return new Manifest(
                SCHEMA_VERSION,
                split,
                classCount,
                taxonomy,
                columns,
                shards,
                fingerprint(SCHEMA_VERSION, taxonomy, columns, shards));
    }

    /**
     * Reads the manifest of a data set.
     *
     * @throws org.jft.core.failure.ConfigException saying what to run when there is none
     * @throws org.jft.core.failure.CorruptDataException naming the file and what is wrong in it
     */
    public static Manifest load(Storage storage) {
        return ManifestFile.read(storage);
    }

    /** Returns the rows of all shards. */
    public long rows() {
        return shards.stream().mapToLong(Shard::rows).sum();
    }

    /** Returns the bytes of all shards. */
    public long bytes() {
        return shards.stream().mapToLong(Shard::bytes).sum();
    }

    /** Returns the fingerprint that the other fields call for. */
    String expectedFingerprint() {
        return fingerprint(schemaVersion, taxonomy, columns, shards);
    }

    private static String fingerprint(
            int schemaVersion, TaxonomyReference taxonomy, Columns columns, List<Shard> shards) {
        MessageDigest digest = Sha256.digest();
        digest.update("jft-data-%d\n".formatted(schemaVersion).getBytes(UTF_8));
        digest.update("%s\n".formatted(taxonomy.sha256()).getBytes(UTF_8));
        if (columns != null) {
            digest.update("%s %s\n".formatted(columns.image, columns.label).getBytes(UTF_8));
        }
        for (Shard shard : shards) {
            digest.update("%d %s\n".formatted(shard.rows(), shard.sha256()).getBytes(UTF_8));
        }
        return Sha256.hex(digest);
    }
}
