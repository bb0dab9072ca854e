package org.jft.data.dedup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jft.data.inspect.ContactSheet;
import org.jft.data.inspect.SamplePicture;
import org.jft.data.pipeline.Quarantine;
import org.jft.data.shard.DataSet;

/**
 * Pairs side by side, training picture left, evaluation picture right, for the eye to judge the
 * bounds: the surest first, evenly out of all, so that the last ones are at the bounds.
 */
final class PairSheet {
    private static final int MOST_PAIRS = 48;
    private static final int PAIRS_IN_A_ROW = 4;
    private static final int SIDE = 128;

    private final DataSet train;
    private final EvaluationSets evaluation;
    private final Quarantine quarantine;

    PairSheet(DataSet train, EvaluationSets evaluation, Quarantine quarantine) {
        this.train = train;
        this.evaluation = evaluation;
        this.quarantine = quarantine;
    }

    void write(List<Pair> pairs, Path file) {
        List<Pair> sure =
                pairs.stream()
                        .sorted(
                                Comparator.comparingInt(PairSheet::distance)
                                        .thenComparingDouble(pair -> -pair.cosine()))
                        .toList();
        int shown = Math.min(MOST_PAIRS, sure.size());
        List<SamplePicture> pictures = new ArrayList<>();
        for (int i = 0; i < shown; i++) {
            Pair pair = sure.get((int) ((long) i * (sure.size() - 1) / Math.max(1, shown - 1)));
            int row = evaluation.rowOf(pair.picture());
            DataSet set = evaluation.dataOf(pair.picture());
            List<String> left = List.of(name(train, pair.row()));
            List<String> right = lines(pair, name(set, row));
            pictures.add(Pictures.whole(train, pair.row(), SIDE, left, quarantine));
            pictures.add(Pictures.whole(set, row, SIDE, right, quarantine));
        }
        String title =
                "%,d pairs, %d shown: %s left, evaluation right"
                        .formatted(sure.size(), shown, train.location());
        new ContactSheet(2 * PAIRS_IN_A_ROW, SIDE).write(title, pictures, file);
    }

    /** A pair that no hash tells about comes behind all others, unless it is the same bytes. */
    private static int distance(Pair pair) {
        if (pair.identical()) {
            return 0;
        }
        return pair.distance() == Pair.NO_HASH ? PerceptualHash.BITS + 1 : pair.distance();
    }

    private static List<String> lines(Pair pair, String name) {
        String distance = distanceText(pair);
        return Float.isNaN(pair.cosine())
                ? List.of(distance, name)
                : List.of(distance, String.format(Locale.ROOT, "cosine %.3f", pair.cosine()), name);
    }

    private static String distanceText(Pair pair) {
        if (pair.identical()) {
            return "same bytes";
        }
        return pair.distance() == Pair.NO_HASH
                ? "no hash"
                : pair.distance()
                        + (pair.distance() == 1 ? " bit" : " bits")
                        + (pair.mirrored() ? " mirrored" : "");
    }

    /** Returns the name of the file that an image came from, or its row where that is unknown. */
    private static String name(DataSet data, long row) {
        String place = data.locate(row);
        String known = data.place(row);
        if (place.equals(known)) {
            return known.substring(known.lastIndexOf(" row ") + 1);
        }
        String path = place.substring(known.length() + " (".length(), place.length() - 1);
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
