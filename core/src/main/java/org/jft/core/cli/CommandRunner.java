package org.jft.core.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.config.Nearest;
import org.jft.core.engine.Nd4jCuda;
import org.jft.core.failure.JftException;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs a command the way all commands here run: {@code --help} and {@code --version} everywhere,
 * exit code 0, 1 (failed) or 2 (usage), an error in one sentence on standard error. A stack trace
 * is printed only under the hidden {@code --stacktrace}.
 */
public final class CommandRunner {
    /** The work is done. */
    public static final int DONE = 0;

    /** The run failed; the sentence on standard error says why. */
    public static final int FAILED = 1;

    /** The command line or the config cannot be run. */
    public static final int USAGE = 2;

    private CommandRunner() {}

    /** Runs on the process's own streams; a {@code main} hands the result to System.exit. */
    public static int run(Object command, String... args) {
        return run(
                command,
                new PrintWriter(System.out, true),
                new PrintWriter(System.err, true),
                args);
    }

    /**
     * Runs and returns the exit code.
     *
     * @param command an object annotated with picocli's {@code Command}, Runnable or {@code
     *     Callable<Integer>}
     */
    public static int run(Object command, PrintWriter out, PrintWriter err, String... args) {
        Standard standard = new Standard();
        CommandLine line = new CommandLine(command);
        line.addMixin("standard", standard);
        line.getCommandSpec().versionProvider(() -> new String[] {version(line)});
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setAbbreviatedOptionsAllowed(false)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, unparsed) -> usage(e))
                .setExecutionStrategy(CommandRunner::execute)
                .setExecutionExceptionHandler((e, at, parsed) -> fail(e, at, standard));
        int exitCode = execute(line, args);
        out.flush();
        err.flush();
        return exitCode;
    }

    /** Commands load ND4J as they go, and once it has loaded it is too late to ask. */
    private static int execute(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        try {
            Nd4jCuda.check();
        } catch (JftException e) {
            throw new ExecutionException(parsed.commandSpec().commandLine(), e.getMessage(), e);
        }
        return new RunLast().execute(parsed);
    }

    private static int execute(CommandLine line, String... args) {
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            long heapMib = Runtime.getRuntime().maxMemory() >> 20;
            line.getErr()
                    .println(
                            "%s: out of memory (%s) with a heap of %d MiB; set JFT_JAVA_OPTS=-Xmx..."
                                    .formatted(line.getCommandName(), e.getMessage(), heapMib));
            return FAILED;
        }
    }

    private static String version(CommandLine line) {
        String version = CommandRunner.class.getPackage().getImplementationVersion();
        return "%s %s (java %s)"
                .formatted(
                        line.getCommandName(),
                        version == null ? "development build" : version,
                        System.getProperty("java.version"));
    }

    private static int usage(ParameterException e) {
        CommandLine at = e.getCommandLine();
        String name = at.getCommandSpec().qualifiedName();
        at.getErr().println("%s: %s%s".formatted(name, oneLine(e.getMessage()), suggestion(e)));
        at.getErr().println("Try '%s --help'.".formatted(name));
        return USAGE;
    }

    private static String suggestion(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        List<String> known = new ArrayList<>(spec.subcommands().keySet());
        spec.options().stream()
                .filter(option -> !option.hidden())
                .forEach(option -> known.addAll(List.of(option.names())));
        String typed = unmatched.getUnmatched().get(0);
        int value = typed.startsWith("-") ? typed.indexOf('=') : -1;
        return Nearest.likely(value < 0 ? typed : typed.substring(0, value), known)
                .map(". Did you mean '%s'?"::formatted)
                .orElse("");
    }

    private static int fail(Exception e, CommandLine at, Standard standard) {
        if (e instanceof ParameterException usage) {
            return usage(usage);
        }
        PrintWriter err = at.getErr();
        CommandSpec spec = at.getCommandSpec();
        err.println(
                Ansi.AUTO.string("@|bold,red %s:|@ ".formatted(spec.qualifiedName()))
                        + FailureSentence.of(e));
        if (standard.stacktrace) {
            e.printStackTrace(err);
        }
        return e instanceof JftException known ? known.exitCode() : FAILED;
    }

    private static String oneLine(String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    /** The options that every command and subcommand has. */
    private static final class Standard {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                scope = ScopeType.INHERIT,
                description = "Show this help and exit.")
        private boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                scope = ScopeType.INHERIT,
                description = "Show the version and exit.")
        private boolean version;

        @Option(
                names = "--stacktrace",
                hidden = true,
                scope = ScopeType.INHERIT,
                description = "Print the stack trace of a failure.")
        private boolean stacktrace;
    }
}
