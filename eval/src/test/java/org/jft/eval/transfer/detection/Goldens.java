package org.jft.eval.transfer.detection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/** What {@code src/test/python/pycocotools_goldens.py} has written. */
public final class Goldens {
    private Goldens() {}

    /** Reads a file beside the class of a test. */
    public static JsonNode read(Class<?> test, String file) throws IOException {
        try (InputStream in = test.getResourceAsStream(file)) {
            return new ObjectMapper().readTree(in);
        }
    }

    /**
     * Returns what pycocotools has printed of a case; NaN for its -1, which is nothing to score.
     */
    public static double[] stats(JsonNode golden) {
        double[] stats = doubles(golden.get("stats"));
        for (int i = 0; i < stats.length; i++) {
            stats[i] = stats[i] == -1 ? Double.NaN : stats[i];
        }
        return stats;
    }

    /** Returns the numbers of an array. */
    public static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }
}
