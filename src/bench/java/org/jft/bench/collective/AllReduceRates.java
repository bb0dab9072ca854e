package org.jft.bench.collective;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the workers have measured, GB/s of each round; rank 0 leaves it in a file for the command.
 *
 * @param ring bus bandwidth of ours
 * @param tcp bus bandwidth of the peer
 * @param memcpy bytes copied a second by one thread, nothing else running
 */
record AllReduceRates(List<Double> ring, List<Double> tcp, List<Double> memcpy) {
    private static final ObjectMapper JSON = new ObjectMapper();

    void write(Path file) {
        try {
            JSON.writeValue(file.toFile(), this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static AllReduceRates read(Path file) {
        try {
            return JSON.readValue(file.toFile(), AllReduceRates.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
