package org.jft.bench.collective;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jft.bench.Rates;

/**
 * What the workers have measured, GB/s of each round by contender; rank 0 leaves it in a file for
 * the command.
 */
final class AllReduceRates {
    /** Bytes copied a second by one thread, nothing else running. */
    static final String MEMCPY = "memcpy";

    static final String GLOO = "gloo";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, List<Double>> rates;

    AllReduceRates() {
        this(new LinkedHashMap<>());
    }

    private AllReduceRates(Map<String, List<Double>> rates) {
        this.rates = rates;
    }

    /** Notes a round of a peer that took turns with ours over a transport. */
    void addPeer(String transport, String peer, double gigabytesPerSecond) {
        add(transport + "/" + peer, gigabytesPerSecond);
    }

    Rates ofPeer(String transport, String peer) {
        return of(transport + "/" + peer);
    }

    void add(String contender, double gigabytesPerSecond) {
        rates.computeIfAbsent(contender, name -> new ArrayList<>()).add(gigabytesPerSecond);
    }

    Rates of(String contender) {
        return Rates.of(rates.get(contender));
    }

    void write(Path file) {
        try {
            JSON.writeValue(file.toFile(), rates);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static AllReduceRates read(Path file) {
        try {
            return new AllReduceRates(JSON.readValue(file.toFile(), new TypeReference<>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
