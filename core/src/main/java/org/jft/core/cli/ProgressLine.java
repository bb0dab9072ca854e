package org.jft.core.cli;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Strings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a long job is: on a terminal one line that is redrawn at most ten times a second,
 * elsewhere a plain line at most every ten seconds and one at the end. Time is an argument, so that
 * tests move the clock by hand. Not thread-safe: one owner thread. Close it with the job, also when
 * the job fails, so that what is printed next starts on its own line.
 *
 * <pre>
 *   import  [#########---------------]  38%  12,160/32,082 images  3,210/s  ETA 0:06
 * </pre>
 */
public final class ProgressLine implements AutoCloseable {
    private static final int BAR_WIDTH = 24;
    private static final long REDRAW_NS = 100_000_000L;
    private static final long PLAIN_LINE_NS = 10_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final String label;
    private final String unit;
    private final long total;
    private final long startNs;
    private long lastNs;
    private int drawnLength;

    /**
     * Starts a line.
     *
     * @param total units of the whole job, 0 when unknown
     * @param unit plural noun: images, steps
     * @param nowNs the start, on the clock of System.nanoTime
     */
    public ProgressLine(
            PrintStream out, boolean terminal, String label, long total, String unit, long nowNs) {
        checkArgument(total >= 0, "total=%s", total);
        this.out = out;
        this.terminal = terminal;
        this.label = label;
        this.unit = unit;
        this.total = total;
        this.startNs = nowNs;
        this.lastNs = nowNs;
    }

    /** Starts a line on standard error, drawn as a bar when that is a terminal. */
    public static ProgressLine start(String label, long total, String unit, long nowNs) {
        return new ProgressLine(System.err, onTerminal(), label, total, unit, nowNs);
    }

    /**
     * Returns whether standard error is a terminal: what the launch scripts found out and passed on
     * as {@code jft.terminal}, else whether the JVM has a console.
     */
    public static boolean onTerminal() {
        String told = System.getProperty("jft.terminal");
        return told == null ? System.console() != null : Boolean.parseBoolean(told);
    }

    /** Notes that {@code done} units are finished; prints when it is time to. */
    public void update(long done, long nowNs) {
        update(done, nowNs, "");
    }

    /** The same with a few words at the end of the line, such as the loss. */
    public void update(long done, long nowNs, String detail) {
        if (nowNs - lastNs >= (terminal ? REDRAW_NS : PLAIN_LINE_NS)) {
            lastNs = nowNs;
            draw(describe(done, nowNs, true) + (detail.isEmpty() ? "" : "  " + detail));
        }
    }

    /** Prints the last state with the mean rate. */
    public void finish(long done, long nowNs) {
        draw(describe(done, nowNs, false));
        close();
    }

    /** Prints a line of its own, above the bar. */
    public void note(String line) {
        if (drawnLength > 0) {
            out.print("\r" + " ".repeat(drawnLength) + "\r");
            drawnLength = 0;
        }
        out.println(line);
    }

    @Override
    public void close() {
        if (drawnLength > 0) {
            out.println();
            drawnLength = 0;
        }
    }

    private void draw(String line) {
        if (terminal) {
            out.print("\r" + Strings.padEnd(line, drawnLength, ' '));
            out.flush();
            drawnLength = line.length();
        } else {
            out.println(line);
        }
    }

    private String describe(long done, long nowNs, boolean running) {
        double seconds = Math.max(1e-9, (nowNs - startNs) / 1e9);
        double rate = done / seconds;
        StringBuilder line = new StringBuilder(label).append("  ");
        if (total == 0) {
            line.append(format("%,d %s", done, unit));
        } else {
            double share = Math.min(1.0, (double) done / total);
            if (terminal) {
                int filled = (int) (share * BAR_WIDTH);
                line.append('[').append("#".repeat(filled));
                line.append("-".repeat(BAR_WIDTH - filled)).append("]  ");
            }
            line.append(format("%3d%%  %,d/%,d %s", (int) (share * 100), done, total, unit));
        }
        line.append(format(rate < 10 ? "  %.1f/s" : "  %,.0f/s", rate));
        if (!running) {
            line.append("  in ").append(clock(seconds));
        } else if (total > 0 && done > 0) {
            line.append("  ETA ").append(clock(Math.max(0, total - done) / rate));
        }
        return line.toString();
    }

    /** Renders seconds as m:ss or h:mm:ss. */
    private static String clock(double seconds) {
        Duration time = Duration.ofSeconds(Math.round(seconds));
        return time.toHours() > 0
                ? format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : format("%d:%02d", time.toMinutesPart(), time.toSecondsPart());
    }

    /** Formats the same way under every locale: logs are read by scripts. */
    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
