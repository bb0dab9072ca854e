package org.jft.bench.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;

/**
 * What one process of the bench is to do; its only argument, as JSON.
 *
 * @param threads compute threads
 * @param weights folder of the {@link StartWeights}
 */
record Assignment(Competitor competitor, Job job, int threads, Path weights) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The training step that all are given. */
    record Job(String model, int batch, int size, int classes) {
        @Override
        public String toString() {
            return "%s, batch %d, %d px".formatted(model, batch, size);
        }
    }

    static Assignment parse(String json) {
        try {
            return JSON.readValue(json, Assignment.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not an assignment: " + json, e);
        }
    }

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an assignment cannot fail to render", e);
        }
    }
}
