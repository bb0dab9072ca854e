package org.jft.eval.transfer.feature;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jft.eval.transfer.probe.Examples;

/**
 * Features of images of a data set.
 *
 * @param rows the images, ascending; unreadable ones are missing
 * @param examples their features and labels, in the same order
 */
public record Features(long[] rows, Examples examples) {
    public Features {
        checkArgument(
                rows.length == examples.size(),
                "%s rows with features of %s images",
                rows.length,
                examples.size());
    }

    /** Returns those of some rows. */
    public Examples only(LongPredicate wanted) {
        return examples.only(
                IntStream.range(0, rows.length).filter(i -> wanted.test(rows[i])).toArray());
    }
}
