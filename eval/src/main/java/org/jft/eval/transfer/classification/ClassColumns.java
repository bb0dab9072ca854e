package org.jft.eval.transfer.classification;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.config.Nearest;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.DataSet;

/**
 * Where a network that has learned more classes answers for those that are scored. So networks of
 * different label spaces are compared on the classes they share.
 */
public final class ClassColumns {
    private final int[] columns; // of each scored class

    private ClassColumns(int[] columns) {
        this.columns = columns;
    }

    /** Finds the classes that a run is scored on; empty if it is scored on all that it learns. */
    public static Optional<ClassColumns> of(RunConfig config) {
        String list = config.eval().classes();
        if (list == null) {
            return Optional.empty();
        }
        try (DataSet learned = DataSet.openTest(config.data());
                DataSet scored = DataSet.openTest(config.scoredData())) {
            return Optional.of(of(list, scored.taxonomy().names(), learned.taxonomy().names()));
        }
    }

    /**
     * Finds classes by their names.
     *
     * @param list where the scored classes come from, for a message
     * @param learned in the order of the network's outputs
     * @throws ConfigException when the network has not learned one of them
     */
    public static ClassColumns of(String list, List<String> scored, List<String> learned) {
        Map<String, Integer> columnOf = new HashMap<>();
        learned.forEach(name -> columnOf.put(name, columnOf.size()));
        int[] columns = new int[scored.size()];
        for (int k = 0; k < columns.length; k++) {
            Integer column = columnOf.get(scored.get(k));
            if (column == null) {
                throw new ConfigException(
                        "eval.classes=%s: '%s' is no class that the network learns; the nearest is '%s'"
                                .formatted(
                                        list, scored.get(k), Nearest.to(scored.get(k), learned)));
            }
            columns[k] = column;
        }
        return new ClassColumns(columns);
    }

    /**
     * Copies the scored classes' answers.
     *
     * @param answers [images, outputs], row-major, from index 0
     * @return [images, scored classes]
     */
    FloatBuffer of(FloatBuffer answers, int images, int outputs) {
        FloatBuffer scored = FloatBuffer.allocate(images * columns.length);
        for (int i = 0; i < images; i++) {
            for (int column : columns) {
                scored.put(answers.get(i * outputs + column));
            }
        }
        return scored.flip();
    }

    /** Picks the scored classes' numbers from those of all outputs. */
    public long[] of(long[] outputs) {
        return Arrays.stream(columns).mapToLong(column -> outputs[column]).toArray();
    }
}
