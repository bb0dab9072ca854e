package org.jft.eval.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.cli.CommandRunner;
import org.jft.eval.scaling.CurveFitter;
import org.jft.eval.scaling.Extrapolation;
import org.jft.eval.scaling.Fit;
import org.jft.eval.scaling.LawChoice;
import org.jft.eval.scaling.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-eval fit}: fits every law to the learning curves of a file. */
@Command(
        name = "fit",
        description = {
            "Fits scaling laws to learning curves from a file and tells how well they extrapolate.",
            "The file has a header and a line a point: Domain, Task, Model, Seen Examples, Loss,"
                    + " Training (1: fitted, 0: held out). The law marked * extrapolates best inside"
                    + " the fitted points; it is chosen without the held-out ones."
        },
        footer = {
            "",
            "Examples:",
            "  jft-eval fit --csv curves.csv",
            "  jft-eval fit --csv benchmark.vision.csv --json"
        })
final class FitCommand implements Callable<Integer> {
    private static final String CHOSEN = "chosen";

    @Spec private CommandSpec spec;

    @Option(
            names = "--csv",
            required = true,
            paramLabel = "FILE",
            description = "The curves; tab-separated when the name ends in .tsv.")
    private Path csv;

    @Option(names = "--json", description = "Print a JSON object a line instead of tables.")
    private boolean json;

    private final ObjectMapper mapper = new ObjectMapper();

    /** One law on one curve; {@code fit} is null where it has an obstacle, the note says which. */
    private record Row(String law, Fit fit, Double extrapolation, boolean chosen, String note) {
        Map<String, Double> parameters() {
            return fit == null ? Map.of() : fit.law().parameters();
        }
    }

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter print = spec.commandLine().getOut();
        Map<String, List<Double>> errors = new LinkedHashMap<>();
        List<CurveFile.Entry> curves = CurveFile.read(csv);
        for (CurveFile.Entry curve : curves) {
            List<Row> rows = fit(curve);
            for (Row row : rows) {
                if (row.extrapolation != null) {
                    add(errors, row.law, row.extrapolation);
                    if (row.chosen) {
                        add(errors, CHOSEN, row.extrapolation);
                    }
                }
                if (json) {
                    print.println(mapper.writeValueAsString(toJson(curve.name(), row)));
                }
            }
            if (!json) {
                print(print, curve, rows);
            }
            print.flush();
        }
        if (!json && curves.size() > 1 && !errors.isEmpty()) {
            print.println("mean extrapolation RMSE of log loss");
            errors.forEach(
                    (law, each) ->
                            print.printf(
                                    Locale.ROOT,
                                    "  %-18s %8s  over %d curves%n",
                                    law,
                                    number(mean(each)),
                                    each.size()));
        }
        return CommandRunner.DONE;
    }

    private static List<Row> fit(CurveFile.Entry curve) {
        List<CurveFitter> regressions =
                CurveFitter.REGRESSIONS.stream().map(CurveFitter::regression).toList();
        String best =
                LawChoice.among(regressions, curve.seen()).best().map(CurveFitter::law).orElse("");
        List<Row> rows = new ArrayList<>();
        Stream.concat(Stream.of(CurveFitter.logLinear()), regressions.stream())
                .forEach(fitter -> rows.add(row(fitter, curve, best)));
        return rows;
    }

    private static Row row(CurveFitter fitter, CurveFile.Entry curve, String best) {
        String law = fitter.law();
        return fitter.obstacle(curve.seen())
                .map(obstacle -> new Row(law, null, null, false, obstacle))
                .orElseGet(
                        () -> {
                            Fit fit = fitter.fit(curve.seen());
                            Double error =
                                    curve.heldOut().isEmpty()
                                            ? null
                                            : Extrapolation.logRmse(
                                                    fit.law(), Response.ERROR, curve.heldOut());
                            return new Row(law, fit, error, law.equals(best), fit.note());
                        });
    }

    private static Map<String, Object> toJson(String curve, Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("curve", curve);
        object.put("law", row.law);
        object.put("parameters", row.parameters());
        object.put(
                "extrapolation_log_rmse",
                row.extrapolation == null || row.extrapolation.isInfinite()
                        ? null // a law that predicts no error has none
                        : row.extrapolation);
        object.put("fit_rmse", row.fit == null ? null : row.fit.rmse());
        object.put("identified", row.fit != null && row.fit.identified());
        object.put(CHOSEN, row.chosen);
        object.put("note", row.note);
        return object;
    }

    private static void print(PrintWriter print, CurveFile.Entry curve, List<Row> rows) {
        print.printf(
                Locale.ROOT,
                "%s: %d points, %d held out%n",
                curve.name(),
                curve.seen().points().size(),
                curve.heldOut().size());
        print.printf("    %-18s %8s  %8s  parameters%n", "law", "held out", "fit");
        for (Row row : rows) {
            String parameters =
                    row.parameters().entrySet().stream()
                            .map(
                                    p ->
                                            String.format(
                                                    Locale.ROOT,
                                                    "%s=%.4g",
                                                    p.getKey(),
                                                    p.getValue()))
                            .collect(Collectors.joining(" "));
            print.printf(
                    Locale.ROOT,
                    "  %s %-18s %8s  %8s  %s%s%n",
                    row.chosen ? "*" : " ",
                    row.law,
                    row.extrapolation == null ? "-" : number(row.extrapolation),
                    row.fit == null ? "-" : number(row.fit.rmse()),
                    parameters,
                    row.note.isEmpty() ? "" : (parameters.isEmpty() ? "" : "; ") + row.note);
        }
        print.println();
    }

    private static void add(Map<String, List<Double>> errors, String law, double error) {
        errors.computeIfAbsent(law, any -> new ArrayList<>()).add(error);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    private static String number(double value) {
        return Double.isInfinite(value) ? "none" : String.format(Locale.ROOT, "%.4f", value);
    }
}
