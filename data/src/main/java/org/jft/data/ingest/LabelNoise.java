package org.jft.data.ingest;

import java.util.random.RandomGenerator;
import org.jft.core.failure.ConfigException;

/**
 * How true labels become observed ones; each label is drawn for itself. What remains of 1 stays
 * right.
 *
 * @param sibling share replaced by another leaf below the same shape: the confusable kind of error
 * @param uniform share replaced by any other leaf
 * @param dropped share that is lost
 */
public record LabelNoise(double sibling, double uniform, double dropped) {
    /** Every label is right. */
    public static final LabelNoise NONE = new LabelNoise(0, 0, 0);

    public LabelNoise {
        if (!(sibling >= 0 && uniform >= 0 && dropped >= 0 && sibling + uniform + dropped <= 1)) {
            throw new ConfigException(
                    "shares of label noise must not be negative nor add up to more than 1:"
                            + " sibling=%s, uniform=%s, dropped=%s"
                                    .formatted(sibling, uniform, dropped));
        }
    }

    /** What {@link #observe} returns for a label that is lost. */
    static final int LOST = -1;

    /** Returns the observed leaf for a true one, both as positions in the classes' leaves. */
    int observe(int leaf, SynthClasses classes, RandomGenerator random) {
        double draw = random.nextDouble();
        if (draw < dropped) {
            return LOST;
        }
        if (draw < dropped + uniform) {
            int other = random.nextInt(classes.leaves().size() - 1);
            return other < leaf ? other : other + 1;
        }
        int[] siblings = classes.siblings(leaf);
        if (draw < dropped + uniform + sibling && siblings.length > 0) {
            return siblings[random.nextInt(siblings.length)];
        }
        return leaf;
    }

    boolean isNone() {
        return sibling == 0 && uniform == 0 && dropped == 0;
    }
}
