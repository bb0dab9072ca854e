package org.jft.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Strings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every bench has, and how rows are printed. */
public final class BenchOptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> HEADER = List.of("case", "ours", "peer", "", "ours/peer");
    private static final String GAP = "  ";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Turns that ours and the peer take (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    /** Returns how often both work. */
    public int rounds() {
        return positive("--rounds", rounds);
    }

    /** Returns the value of an option that must be positive. */
    public static int positive(String option, int value) {
        if (value <= 0) {
            throw new ConfigException("%s must be positive: %s".formatted(option, value));
        }
        return value;
    }

    /** Prints the rows of one bench on standard output. */
    public void print(List<BenchRow> rows) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            rows.forEach(row -> out.println(toJson(row)));
        } else {
            printTable(out, rows);
        }
    }

    /** Prints something else than rows on standard output. */
    public void write(Consumer<PrintWriter> text) {
        text.accept(spec.commandLine().getOut());
    }

    /** Prints a line for the reader of a table; not in JSON, where rows say all. */
    public void note(String line) {
        if (!json) {
            spec.commandLine().getOut().println(line);
        }
    }

    private static String toJson(BenchRow row) {
        try {
            return JSON.writeValueAsString(row.toJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a row cannot fail to render", e);
        }
    }

    private static void printTable(PrintWriter out, List<BenchRow> rows) {
        out.printf(
                "%s, %s: median (lowest to highest) of %d rounds%n",
                rows.get(0).bench(), rows.get(0).unit(), rows.get(0).ours().rounds());
        List<List<String>> lines = new ArrayList<>(List.of(HEADER));
        rows.forEach(
                row ->
                        lines.add(
                                List.of(
                                        row.situation(),
                                        cell(row.ours()),
                                        row.peerName(),
                                        cell(row.peer()),
                                        number(row.ratio()))));
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < HEADER.size(); column++) {
                text.append(Strings.padEnd(line.get(column), width(lines, column), ' '));
                text.append(GAP);
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    private static String cell(Rates rates) {
        return "%s (%s to %s)"
                .formatted(number(rates.median()), number(rates.lowest()), number(rates.highest()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}
