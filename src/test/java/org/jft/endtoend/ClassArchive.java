package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jft.core.file.FolderOfJvm;
import org.jft.eval.cli.JftEval;
import org.jft.train.cli.JftTrain;

/**
 * The commands' classes in one file that their JVMs map (class data sharing): a third of a short
 * training is loading them from jars otherwise. The first command that is started makes it, of what
 * short commands load. Class folders, which an IDE has instead of jars, are left out.
 */
final class ClassArchive {
    private static final String JARS = entries(true);

    private static List<String> flags; // null before the first command

    private ClassArchive() {}

    /** Returns the class path of a command: the archive's first. */
    static String classPath() {
        return JARS + File.pathSeparator + entries(false);
    }

    /** Returns what the JVM of a command is told of the archive. */
    static synchronized List<String> flags() {
        if (flags == null) {
            Path folder = FolderOfJvm.create("jft-classes");
            flags = List.of("-XX:DumpLoadedClassList=" + folder + "/%p.loaded");
            runEachCommand(folder);
            flags = List.of("-XX:SharedArchiveFile=" + dump(folder, loaded(folder)));
        }
        return flags;
    }

    private static String entries(boolean jars) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Files.isRegularFile(Path.of(entry)) == jars)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void runEachCommand(Path folder) {
        SyntheticSet.make(folder); // jft-data
        run(folder, JftTrain.class, "--config=tiny.yaml", "--out=run", "--workers=2");
        run(folder, JftEval.class, "--config=tiny.yaml", "--out=sweep", "--subset=30%");
    }

    private static void run(Path folder, Class<?> main, String... arguments) {
        Command.Result result = Command.run(main, folder, arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    private static Path loaded(Path folder) {
        Set<String> classes = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".loaded")).toList()) {
                classes.addAll(Files.readAllLines(file));
            }
            classes.removeIf(line -> line.startsWith("#"));
            return Files.write(folder.resolve("all.loaded"), classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path dump(Path folder, Path classes) {
        Path archive = folder.resolve("classes.jsa");
        List<String> line = new ArrayList<>(Command.java());
        line.add("-Xshare:dump");
        line.add("-XX:SharedClassListFile=" + classes);
        line.add("-XX:SharedArchiveFile=" + archive);
        line.addAll(List.of("-cp", JARS));
        try {
            Process process =
                    new ProcessBuilder(line)
                            .redirectOutput(Redirect.DISCARD)
                            .redirectError(Redirect.INHERIT)
                            .start();
            assertThat(process.waitFor()).isZero();
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
