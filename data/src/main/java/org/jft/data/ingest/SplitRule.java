package org.jft.data.ingest;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.MoreObjects;
import com.google.common.hash.Hashing;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.failure.ConfigException;

/** How images are divided into what is learned from and what is held out. */
public sealed interface SplitRule extends Serializable {
    /**
     * Returns whether there is a division; else everything is one set.
     *
     * @throws ConfigException when there is nothing to hold out
     */
    boolean divides(Listing listing);

    /** Returns whether an image is held out, once there is a division. */
    boolean holdsOut(Entry entry);

    /**
     * Returns the data sets that are to be written below a folder, see {@link Destination}.
     *
     * @throws ConfigException when there are none
     */
    default List<Destination> destinations(Listing listing, Path folder) {
        if (listing.images() == 0) {
            throw new ConfigException("there is no image in the source");
        }
        return Destination.of(folder, divides(listing));
    }

    /** Returns the entry with its split set; null where there is no division. */
    default Entry apply(Entry entry, boolean divided) {
        return entry.inSplit(!divided ? null : holdsOut(entry) ? Entry.TEST : Entry.TRAIN);
    }

    /** As the source says: a split column, a second folder, or no division at all. */
    record AsListed() implements SplitRule {
        @Override
        public boolean divides(Listing listing) {
            return listing.heldOut();
        }

        @Override
        public boolean holdsOut(Entry entry) {
            return entry.heldOut();
        }
    }

    /** Everything from one supplier is held out: does what was learned carry over to its style? */
    record BySource(String testSource) implements SplitRule {
        @Override
        public boolean divides(Listing listing) {
            if (!listing.heldOut()) {
                boolean all = listing.suppliers().size() < Listing.MAX_SUPPLIERS;
                throw new ConfigException(
                        "--test-source %s: no image has this source; there are%s: %s"
                                .formatted(
                                        testSource,
                                        all ? "" : " among others",
                                        String.join(", ", listing.suppliers())));
            }
            return true;
        }

        @Override
        public boolean holdsOut(Entry entry) {
            return testSource.equals(entry.supplier());
        }
    }

    /**
     * A share drawn by hash of the group, or of the path without one: the same image falls on the
     * same side in every import, whatever else is in it. Of images in archives and Parquet files,
     * the group is the bare name of the file and their name in it, see {@link InputFiles#group}.
     */
    record ByShare(double testShare) implements SplitRule {
        public ByShare {
            checkArgument(testShare > 0 && testShare < 1, "testShare=%s", testShare);
        }

        @Override
        public boolean divides(Listing listing) {
            return true;
        }

        @Override
        public boolean holdsOut(Entry entry) {
            String name = MoreObjects.firstNonNull(entry.group(), entry.path());
            long hash = Hashing.sha256().hashString(name, StandardCharsets.UTF_8).asLong();
            return (hash >>> 11) * 0x1p-53 < testShare;
        }
    }
}
