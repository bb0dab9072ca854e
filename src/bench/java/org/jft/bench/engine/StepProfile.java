package org.jft.bench.engine;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jft.core.engine.KernelListener;

/** Where the time of steps goes, by kind of kernel. */
final class StepProfile implements KernelListener {
    private static final String ROW = "%-22s %6s %9s %7s %9s %7s  %s%n";

    /** What all kernels of one kind did. */
    private static final class Sum {
        private int runs;
        private long nanos;
        private long flops;
        private final TreeSet<String> code = new TreeSet<>();
    }

    private final Map<String, Sum> byKind = new TreeMap<>();

    @Override
    public void onRun(KernelRun run) {
        Sum sum = byKind.computeIfAbsent(run.kind(), kind -> new Sum());
        sum.runs++;
        sum.nanos += run.nanos();
        sum.flops += run.flops();
        sum.code.addAll(run.implementations());
    }

    /**
     * Prints a table, the longest first.
     *
     * @param steps how many were run
     * @param peakFlops of a bare matrix multiplication in the same precision, a second
     */
    void print(PrintWriter out, String title, int steps, double peakFlops) {
        long total = byKind.values().stream().mapToLong(sum -> sum.nanos).sum();
        out.printf(
                Locale.ROOT,
                "%s: %.1f ms a step in kernels; matrix multiply %.0f GFLOP/s%n",
                title,
                total / 1e6 / steps,
                peakFlops / 1e9);
        out.printf(Locale.ROOT, ROW, "kind", "runs", "ms", "share", "GFLOP/s", "of peak", "code");
        List<Map.Entry<String, Sum>> rows = new ArrayList<>(byKind.entrySet());
        rows.sort(Comparator.comparingLong(row -> -row.getValue().nanos));
        for (Map.Entry<String, Sum> row : rows) {
            Sum sum = row.getValue();
            double rate = (double) sum.flops / sum.nanos; // FLOP a nanosecond: GFLOP/s
            boolean counted = sum.flops > 0;
            out.printf(
                    Locale.ROOT,
                    ROW,
                    row.getKey(),
                    sum.runs / steps,
                    "%.1f".formatted(sum.nanos / 1e6 / steps),
                    "%.1f%%".formatted(100.0 * sum.nanos / total),
                    counted ? "%.0f".formatted(rate) : "",
                    counted ? "%.0f%%".formatted(100e9 * rate / peakFlops) : "",
                    String.join(", ", sum.code));
        }
    }
}
