package org.jft.eval.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.eval.sweep.SweepRun;

/**
 * What a sweep shows while it runs: on a terminal its table at the top of the screen, drawn again
 * for each run, and below it what the run itself prints; elsewhere a few lines a run.
 */
final class LiveTable implements Sweep.Listener {
    private static final String TOP_OF_AN_EMPTY_SCREEN = "\u001b[H\u001b[2J";

    private final Sweep sweep;
    private final SweepTable table;
    private final PrintWriter print;
    private final boolean terminal;

    LiveTable(Sweep sweep, SweepTable table, PrintWriter print, boolean terminal) {
        this.sweep = sweep;
        this.table = table;
        this.print = print;
        this.terminal = terminal;
    }

    @Override
    public void begins(SweepRun run) {
        if (terminal) {
            print.print(TOP_OF_AN_EMPTY_SCREEN + table.render(run));
        }
        print.printf("[%d/%d] %s%n", run.number(), sweep.runs().size(), run);
        print.flush();
    }

    @Override
    public void ends(SweepRun run, List<ReportPoint> results, boolean reused) {
        for (int i = 0; i < results.size(); i++) {
            print.println("      " + sentence(run.points().get(i), results.get(i), reused));
        }
        if (terminal) {
            print.print(TOP_OF_AN_EMPTY_SCREEN + table.render(null));
        } else if (!reused) {
            print.println("      " + table.status(null));
        }
        print.flush();
    }

    private String sentence(SweepPoint point, ReportPoint result, boolean reused) {
        StringBuilder text = new StringBuilder();
        if (sweep.series().size() > 1) {
            text.append(point.series().name()).append(": ");
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "%,d images, %,.0f s of training",
                        result.examples(),
                        result.trainSeconds()));
        result.metrics()
                .forEach((k, v) -> text.append(String.format(Locale.ROOT, "  %s %.4g", k, v)));
        return text.append(reused ? "  (scored before)" : "").toString();
    }
}
