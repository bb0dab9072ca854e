package org.jft.eval.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jft.core.cli.CommandRunner;
import org.jft.core.cli.ProgressLine;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.jft.eval.sweep.Sweep;
import org.jft.eval.sweep.SweepPoint;
import org.jft.eval.sweep.SweepRun;
import org.jft.train.cli.ConfigOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jft-eval}: how a held-out score grows with the data a network is trained on. */
@Command(
        name = "jft-eval",
        subcommands = {FitCommand.class, TransferCommand.class},
        description = {
            "Trains one run per subset and seed, and per combination of the config's eval.sweep,"
                    + " scores each on the held-out set, fits the curves and writes the report.",
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
            "  jft-eval --config paper-depth.yaml --list",
            "  jft-eval --config paper-depth.yaml --point 3",
            "  jft-eval fit --csv curves.csv",
            "  jft-eval transfer --set pretrained=runs/quickstart"
        })
public final class JftEval implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--subset",
            split = ",",
            paramLabel = "P%|N",
            description =
                    "Shares or sizes of the training set, such as 10%% or 30M; they nest."
                            + " Overrides eval.subsets, which is 10%%,30%%,100%% if not given.")
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

    @Option(
            names = "--list",
            description = "Print the runs, one a line, with the number that --point takes.")
    private boolean list;

    @Option(
            names = "--point",
            paramLabel = "K",
            description =
                    "Train and score run K alone and write no report, for a cluster to run all at"
                            + " once; the command without it then collects.")
    private Integer point;

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new JftEval(), args));
    }

    @Override
    public Integer call() throws InterruptedException {
        RunConfig base =
                options.load(
                        config,
                        subsets == null ? List.of() : List.of("eval.subsets=" + quoted(subsets)));
        Path folder = out == null ? Path.of("runs", base.name() + "-sweep") : out;
        PrintWriter print = spec.commandLine().getOut();
        Sweep sweep = new Sweep(base, folder);
        SweepTable table = new SweepTable(sweep, base.eval().metric());
        if (list) {
            sweep.runs().forEach(run -> print.println(line(run)));
            return CommandRunner.DONE;
        }
        if (dryRun) {
            print.print(table.render(null));
            return CommandRunner.DONE;
        }
        sweep.checkInputs();
        LiveTable live = new LiveTable(sweep, table, print, ProgressLine.onTerminal());
        if (point != null) {
            sweep.run(numbered(sweep, point), live);
            return CommandRunner.DONE;
        }
        print.print(table.render(null));
        sweep.run(live);
        new Reporting(base, spec.commandLine().getParseResult().originalArgs())
                .write(sweep, folder, print);
        return CommandRunner.DONE;
    }

    private static String quoted(List<String> subsets) {
        return subsets.stream()
                .map(subset -> '"' + subset + '"') // 10 is a number of rows, and % is no YAML
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static SweepRun numbered(Sweep sweep, int number) {
        if (number < 1 || number > sweep.runs().size()) {
            throw new ConfigException(
                    "--point %d: the sweep has runs 1 to %d, see --list"
                            .formatted(number, sweep.runs().size()));
        }
        return sweep.runs().get(number - 1);
    }

    /** Number, state, images, steps, folder and points of a run, between tabs. */
    private static String line(SweepRun run) {
        long done = run.stepsDone();
        String state = run.trained() ? "trained" : done > 0 ? "step " + done : "waiting";
        return String.join(
                "\t",
                Integer.toString(run.number()),
                state,
                SweepTable.known(run.points().get(0).images()) + " images",
                SweepTable.known(run.steps()) + " steps",
                run.folder().root().toString(),
                run.points().stream().map(SweepPoint::toString).collect(Collectors.joining("; ")));
    }
}
