package org.jft.data.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** jft-data in a process of its own. */
record Command(int exitCode, String output) {
    static Process start(String flag, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.add(flag);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(JftData.class.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Runs it to its end. */
    static Command run(String flag, String... args) throws IOException, InterruptedException {
        Process process = start(flag, args);
        String output = new String(process.getInputStream().readAllBytes());
        return new Command(process.waitFor(), output);
    }
}
