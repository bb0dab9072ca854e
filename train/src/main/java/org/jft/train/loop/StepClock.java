package org.jft.train.loop;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the time of the steps since the last report went. */
final class StepClock {
    /** The parts of a step that are told apart; the rest is bookkeeping. */
    enum Part {
        /** Waiting for decoded images. */
        DATA_WAIT,
        /** Forward passes and the loss with its gradient. */
        FORWARD,
        /** Backward passes and the sum over micro batches. */
        BACKWARD,
        /** Waiting for sums and statistics over workers, and so for the slowest of them. */
        ALLREDUCE,
        /** Gradient norm and optimizer. */
        UPDATE;

        private String key() {
            return name().toLowerCase(java.util.Locale.ROOT) + "_ms";
        }
    }

    private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
    private long startNs;
    private long lastNs;
    private long ownNs;
    private long hiddenNs;
    private final RankTimes ranks = new RankTimes();
    private long sentBytes;
    private long gcStartMs;

    StepClock(long nowNs) {
        reset(nowNs);
    }

    /** Starts a new report. */
    void reset(long nowNs) {
        for (Part part : Part.values()) {
            nanos.put(part, 0L);
        }
        hiddenNs = 0;
        ranks.clear();
        sentBytes = 0;
        startNs = nowNs;
        lastNs = nowNs;
        gcStartMs = gcMillis();
    }

    /** Books the time since the last call on a part. */
    void book(Part part, long nowNs) {
        nanos.merge(part, nowNs - lastNs, Long::sum);
        ownNs += part == Part.ALLREDUCE ? 0 : nowNs - lastNs;
        lastNs = nowNs;
    }

    /** Books a wait for other workers that has just ended inside a part that is not booked yet. */
    void bookWait(long passedNs) {
        nanos.merge(Part.ALLREDUCE, passedNs, Long::sum);
        lastNs += passedNs;
    }

    /** Notes an exchange that took this long beside what is booked. */
    void bookHidden(long passedNs) {
        hiddenNs += passedNs;
    }

    /** The ranks are other workers from now on. */
    void newRanks() {
        ranks.clear();
    }

    /** Notes what each rank needed for a step. */
    void note(List<RankReport> ofRanks) {
        ranks.add(ofRanks);
    }

    /** Notes bytes that were sent to other workers. */
    void bookSent(long bytes) {
        sentBytes += bytes;
    }

    /** Leaves the time since the last call unbooked. */
    void skip(long nowNs) {
        lastNs = nowNs;
    }

    /** Returns what was booked since the last call, but for waiting for other workers. */
    double takeOwnMillis() {
        double millis = ownNs / 1e6;
        ownNs = 0;
        return millis;
    }

    /** Returns the wall time since the last reset, seconds. */
    double seconds(long nowNs) {
        return (nowNs - startNs) / 1e9;
    }

    /**
     * Returns the mean milliseconds a step of each part, of what passed beside them, of garbage
     * collection, and of the ranks.
     */
    Map<String, Number> perStep(long steps) {
        Map<String, Number> report = new LinkedHashMap<>();
        nanos.forEach((part, ns) -> report.put(part.key(), round(ns / 1e6 / steps)));
        report.put("allreduce_hidden_ms", round(hiddenNs / 1e6 / steps));
        report.put("sent_bytes", sentBytes / steps);
        report.put("gc_ms", round((double) (gcMillis() - gcStartMs) / steps));
        report.putAll(ranks.report());
        return report;
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static long gcMillis() {
        long sum = 0;
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            sum += Math.max(0, gc.getCollectionTime());
        }
        return sum;
    }
}
