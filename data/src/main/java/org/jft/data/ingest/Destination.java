package org.jft.data.ingest;

import java.nio.file.Path;
import java.util.List;

/**
 * A data set that an import writes.
 *
 * @param split {@link Entry#TRAIN} or {@link Entry#TEST}
 */
public record Destination(String split, Path folder) {
    /**
     * Returns the data sets of an import into a folder, in order of writing. Test comes first:
     * where shrinking makes two images equal, the test image is the one that stays.
     */
    public static List<Destination> of(Path folder, boolean divided) {
        return divided
                ? List.of(
                        new Destination(Entry.TEST, folder.resolve(Entry.TEST)),
                        new Destination(Entry.TRAIN, folder.resolve(Entry.TRAIN)))
                : List.of(new Destination(Entry.TRAIN, folder));
    }
}
