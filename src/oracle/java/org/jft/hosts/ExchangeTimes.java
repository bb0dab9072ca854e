package org.jft.hosts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * What rank 0 of some {@link ExchangeWorker}s prints for a transport, one line of JSON.
 *
 * @param sha256 of the sum's bytes, equal on all ranks
 * @param hopSeconds from a rank to the next with nothing else on the way: a barrier by its steps
 * @param seconds of each all-reduce, as long as the slowest rank took
 */
public record ExchangeTimes(
        String transport, String sha256, double hopSeconds, List<Double> seconds) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Returns the line. */
    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a line. */
    public static ExchangeTimes parse(String line) {
        try {
            return JSON.readValue(line, ExchangeTimes.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(line, e);
        }
    }
}
