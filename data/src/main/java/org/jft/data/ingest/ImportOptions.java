package org.jft.data.ingest;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import org.jft.data.shard.ShardLayout;

/**
 * What an import keeps.
 *
 * @param split how test images are told from training images
 * @param minImages classes with fewer training images are left out of the label space
 * @param shrink which images are made smaller
 * @param maxMegapixels larger images go to quarantine, by their header
 * @param maxQuarantine share of images in quarantine above which the import gives up
 * @param overwrite replace data sets that are already there
 */
public record ImportOptions(
        SplitRule split,
        long minImages,
        ShrinkRule shrink,
        double maxMegapixels,
        double maxQuarantine,
        ShardLayout layout,
        boolean overwrite)
        implements Serializable {
    /** Every class, no shrinking, 50 megapixels, a tenth in quarantine at most. */
    public static final ImportOptions DEFAULT =
            new ImportOptions(
                    new SplitRule.AsListed(),
                    1,
                    ShrinkRule.NONE,
                    50,
                    0.1,
                    ShardLayout.DEFAULT,
                    false);

    public ImportOptions {
        requireNonNull(split, "split");
        requireNonNull(shrink, "shrink");
        requireNonNull(layout, "layout");
        checkArgument(minImages >= 1, "minImages=%s", minImages);
        checkArgument(maxMegapixels > 0, "maxMegapixels=%s", maxMegapixels);
        checkArgument(maxQuarantine >= 0 && maxQuarantine <= 1, "maxQuarantine=%s", maxQuarantine);
    }

    /** Returns a text of all that decides which bytes come out. */
    String identity() {
        return "%s %s %s %s %s".formatted(split, minImages, shrink, maxMegapixels, layout);
    }
}
