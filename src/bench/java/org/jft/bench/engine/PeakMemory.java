package org.jft.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How far this process's resident memory grows, as Linux counts it. */
final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";

    private final long startKib;

    private PeakMemory(long startKib) {
        this.startKib = startKib;
    }

    /** Starts to watch. */
    static PeakMemory watch() {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
            return new PeakMemory(kib("VmRSS:").orElse(-1));
        } catch (IOException e) {
            return new PeakMemory(-1); // another system, or not allowed here
        }
    }

    /** Returns how far the peak since the start lies above the start; null where unknown. */
    Long grownMebibytes() {
        OptionalLong peak = kib("VmHWM:");
        return startKib < 0 || peak.isEmpty() ? null : (peak.getAsLong() - startKib) >> 10;
    }

    private static OptionalLong kib(String field) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
