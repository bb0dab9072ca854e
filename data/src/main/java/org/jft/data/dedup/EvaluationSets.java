package org.jft.data.dedup;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.DataSet;

/**
 * The pictures of all evaluation sets, numbered through: those of the first set, then those of the
 * next. Owns the open data sets.
 */
final class EvaluationSets implements Closeable {
    private final List<DataSet> sets = new ArrayList<>();
    private final int[] first; // [sets + 1], ascending

    private EvaluationSets(int sets) {
        first = new int[sets + 1];
    }

    /**
     * Opens them.
     *
     * @param train what they are compared with; none may have its content
     */
    static EvaluationSets open(List<String> locations, DataSet train) {
        EvaluationSets all = new EvaluationSets(locations.size());
        try {
            for (String location : locations) {
                all.add(DataSet.open(location, null), train);
            }
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private void add(DataSet set, DataSet train) {
        sets.add(set);
        int n = sets.size();
        for (DataSet other : sets.subList(0, n - 1)) {
            requireOther(set, other);
        }
        requireOther(set, train);
        try {
            first[n] = Math.addExact(first[n - 1], Math.toIntExact(set.rowCount()));
        } catch (ArithmeticException e) {
            throw new ConfigException(
                    "--against takes %,d images at most: exchange training and evaluation sets"
                            .formatted(Integer.MAX_VALUE),
                    e);
        }
    }

    private static void requireOther(DataSet set, DataSet other) {
        if (set.fingerprint().equals(other.fingerprint())) {
            throw new ConfigException(
                    "%s has the very content of %s: compare two different data sets"
                            .formatted(set.location(), other.location()));
        }
    }

    /** Returns the data sets. */
    List<DataSet> sets() {
        return sets;
    }

    /** Returns the pictures of all sets. */
    int count() {
        return first[sets.size()];
    }

    /** Returns the number of a set's first picture. */
    int first(int set) {
        return first[set];
    }

    /** Returns which set a picture is of. */
    int setOf(int picture) {
        int found = Arrays.binarySearch(first, picture);
        int set = found >= 0 ? found : -found - 2;
        while (first[set + 1] == picture) { // an empty set begins where the next one does
            set++;
        }
        return set;
    }

    /** Returns the set that a picture is of. */
    DataSet dataOf(int picture) {
        return sets.get(setOf(picture));
    }

    /** Returns a picture's row in its set. */
    int rowOf(int picture) {
        return picture - first[setOf(picture)];
    }

    @Override
    public void close() {
        sets.forEach(DataSet::close);
    }
}
