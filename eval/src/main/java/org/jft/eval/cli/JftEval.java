package org.jft.eval.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EvalConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.data.shard.DataSet;
import org.jft.eval.report.Provenance;
import org.jft.eval.report.ReportPoint;
import org.jft.eval.report.ReportWriter;
import org.jft.eval.report.SweepReport;
import org.jft.eval.scaling.Bootstrap;
import org.jft.eval.scaling.Curve;
import org.jft.eval.scaling.CurveFitter;
import org.jft.eval.scaling.FittedLaw;
import org.jft.eval.scaling.Prediction;
import org.jft.eval.scaling.Residuals;
import org.jft.eval.scaling.Response;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.train.cli.ConfigOptions;
import org.jft.train.loop.RunPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-eval}: how a held-out score grows with the data a network is trained on. */
@Command(
        name = "jft-eval",
        subcommands = FitCommand.class,
        description = {
            "Trains one run per subset and seed, scores each on the held-out set, fits the curve and"
                    + " writes the report.",
            "Running the same command again reuses what is done and resumes what is not."
        },
        footer = {
            "",
            "Examples:",
            "  jft-eval --subset 10%%,30%%,100%%",
            "  jft-eval --subset 1%%,3%%,10%%,30%%,100%% --config resnet50.yaml --set"
                    + " eval.seeds=[0,1,2]",
            "  jft-eval --subset 10M,30M,100M,300M --config resnet101.yaml",
            "  jft-eval --subset 10%%,100%% --config smoke.yaml --out runs/try --dry-run",
            "  jft-eval fit --csv curves.csv"
        })
public final class JftEval implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--subset",
            split = ",",
            paramLabel = "P%|N",
            defaultValue = "10%,30%,100%",
            description =
                    "Shares or sizes of the training set, such as 10%% or 30M; they nest."
                            + " Default: 10%%,30%%,100%%.")
    private List<String> subsets;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "quickstart.yaml",
            description =
                    "A YAML file, here or in the project's configs/. Default: quickstart.yaml.")
    private String config;

    @Mixin private ConfigOptions options;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The sweep's folder; default runs/<name of the config>-sweep.")
    private Path out;

    @Option(
            names = "--dry-run",
            description = "Print the runs, their images, steps and time; train nothing.")
    private boolean dryRun;

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new JftEval(), args));
    }

    @Override
    public Integer call() throws InterruptedException {
        RunConfig base = options.load(config, List.of());
        List<Subset> asked = subsets.stream().map(Subset::parse).toList();
        Path folder = out == null ? Path.of("runs", base.name() + "-sweep") : out;
        PrintWriter print = spec.commandLine().getOut();
        Sweep sweep = new Sweep(base, asked, folder, new Table(print));
        if (dryRun) {
            plan(print, sweep, base);
            return CommandRunner.DONE;
        }
        List<ReportPoint> points = sweep.run();
        SweepReport report = report(base, points);
        List<Path> files = ReportWriter.write(report, folder);
        report.fits().forEach(fit -> print.println(sentence(fit)));
        files.forEach(file -> print.println(file));
        return CommandRunner.DONE;
    }

    private SweepReport report(RunConfig base, List<ReportPoint> points) {
        EvalConfig eval = base.eval();
        Curve curve = SweepReport.curve(eval.metric(), Response.SCORE, points);
        Bootstrap bootstrap = new Bootstrap(eval.bootstrap(), eval.confidence(), base.seed());
        List<FittedLaw> fits =
                List.of(
                        bootstrap.fit(curve, CurveFitter.logLinear()),
                        bootstrap.fit(curve, CurveFitter.saturatingPower(Residuals.LINEAR)));
        return new SweepReport(
                base.name(), eval.metric(), Response.SCORE, points, fits, provenance(base));
    }

    private Provenance provenance(RunConfig base) {
        Map<String, String> details = new TreeMap<>();
        String fingerprint;
        try (DataSet train = DataSet.openTrain(base.data());
                DataSet test = DataSet.openTest(base.data())) {
            fingerprint = train.fingerprint();
            details.put("training images", String.format(Locale.ROOT, "%,d", train.rowCount()));
            details.put("held-out images", String.format(Locale.ROOT, "%,d", test.rowCount()));
            details.put(
                    "dropped images",
                    String.format(
                            Locale.ROOT,
                            "%,d for training, %,d held out",
                            train.droppedCount(),
                            test.droppedCount()));
            details.put("held-out fingerprint", test.fingerprint());
            details.put("classes", String.format(Locale.ROOT, "%,d", train.classCount()));
        }
        details.put("workers", Integer.toString(base.cluster().workers()));
        details.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        details.put("java", System.getProperty("java.version"));
        return new Provenance(
                ConfigLoader.toTree(base),
                fingerprint,
                System.getProperty("jft.commit", "unknown"),
                Instant.now(),
                "jft-eval " + String.join(" ", spec.commandLine().getParseResult().originalArgs()),
                details);
    }

    private static void plan(PrintWriter print, Sweep sweep, RunConfig base) {
        double seconds = 0;
        for (SweepPoint point : sweep.points()) {
            RunPlan plan = RunPlan.of(point.config(base));
            seconds += plan.atBestSeconds().orElse(Double.NaN);
            print.printf(
                    Locale.ROOT,
                    "%-20s %s images  %s steps%n",
                    point,
                    known(plan.samples()),
                    known(plan.steps()));
        }
        String time =
                Double.isNaN(seconds)
                        ? "time unknown until the data set is there"
                        : format(
                                "at least %.0f min at the speed of a bare matrix multiply",
                                Math.ceil(seconds / 60));
        print.printf(
                "%d runs with %d workers, %s%n",
                sweep.points().size(), base.cluster().workers(), time);
    }

    private static String known(java.util.OptionalLong number) {
        return number.isPresent()
                ? String.format(Locale.ROOT, "%,10d", number.getAsLong())
                : "   unknown";
    }

    private static String sentence(FittedLaw fitted) {
        StringBuilder text = new StringBuilder(fitted.law()).append(':');
        fitted.fit()
                .ifPresent(
                        fit -> {
                            fit.law()
                                    .parameters()
                                    .forEach((k, v) -> text.append(format(" %s=%.4g", k, v)));
                            text.append(format(", r2 %.3f", fit.r2()));
                        });
        for (Prediction prediction : fitted.predictions()) {
            text.append(format("; %.0fx the data: %.3f", prediction.factor(), prediction.value()));
            prediction
                    .interval()
                    .ifPresent(i -> text.append(format(" [%.3f, %.3f]", i.low(), i.high())));
        }
        return text.append(fitted.note().isEmpty() ? "" : "; " + fitted.note()).toString();
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** The live table: one line a point. */
    private record Table(PrintWriter print) implements Sweep.Listener {
        @Override
        public void begins(SweepPoint point, int number, int count) {
            print.printf("[%d/%d] %s%n", number, count, point);
            print.flush();
        }

        @Override
        public void scored(SweepPoint point, ReportPoint result, boolean reused) {
            StringBuilder metrics = new StringBuilder();
            result.metrics()
                    .forEach(
                            (k, v) ->
                                    metrics.append(String.format(Locale.ROOT, "  %s %.4g", k, v)));
            print.printf(
                    Locale.ROOT,
                    "      %,d images, %,.0f s of training%s%s%n",
                    result.examples(),
                    result.trainSeconds(),
                    metrics,
                    reused ? "  (scored before)" : "");
            print.flush();
        }
    }
}
