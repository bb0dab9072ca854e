package org.jft.data.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jft.data.inspect.Companions.Lift;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Proportion;

/**
 * A class whose label hardly says what is in its pictures, judged by where it stands rather than by
 * its name: the camera, the site, the author of a picture. A hint, not a verdict.
 *
 * @param id of the class
 * @param reason why, with the figures
 */
public record DoubtfulTag(int id, String reason) {
    /** Fewer images say too little of a class. */
    static final int LEAST_IMAGES = 50;

    private static final double INDEPENDENT = 1.5; // lift
    private static final double MOSTLY_WRONG = 0.25; // precision

    /** Looks at all classes, ids ascending; a class may come twice. */
    static List<DoubtfulTag> of(ClassStatistics statistics, List<Lift> lifts) {
        Map<Integer, Lift> liftOf = new HashMap<>();
        lifts.forEach(lift -> liftOf.put(lift.id(), lift));
        List<DoubtfulTag> found = new ArrayList<>();
        for (int id = 0; id < statistics.imagesOfClass().length; id++) {
            Lift lift = liftOf.get(id);
            if (lift != null && lift.upperLift() < INDEPENDENT) {
                found.add(new DoubtfulTag(id, independent(lift)));
            }
            Proportion precision = statistics.noiseOfClass().precision(id);
            double chance = chance(statistics, id);
            boolean asByChance = precision.low() <= chance && precision.high() < MOSTLY_WRONG;
            if (asByChance && precision.trials() >= LEAST_IMAGES) {
                found.add(new DoubtfulTag(id, guessed(precision, chance)));
            }
        }
        return found;
    }

    private static double chance(ClassStatistics statistics, int id) {
        return (double) statistics.noiseOfClass().clean()[id] / statistics.filledNoise().images();
    }

    private static String independent(Lift lift) {
        return String.format(
                Locale.ROOT,
                "beside it other labels are %.2f times as frequent as anywhere (at most %.2f)",
                lift.lift(),
                lift.upperLift());
    }

    private static String guessed(Proportion precision, double chance) {
        return String.format(
                Locale.ROOT,
                "right on %,d of %,d images; %.1f would be by chance",
                precision.successes(),
                precision.trials(),
                chance * precision.trials());
    }
}
