package org.jft.core.engine.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kernel sources on the host: behind host_shim.h, which stands in for the GPU, by g++. */
final class KernelSources {
    private KernelSources() {}

    /**
     * Returns families as one C++ source, with a table of their kernels at the end.
     *
     * @param runner a file beside the shim that launches what is in the table
     */
    static String forHost(List<String> families, String runner) {
        Stream<String> kernels =
                families.stream()
                        .flatMap(family -> Kernels.definitions(family).stream())
                        .map(name -> "        {\"%s\", launcher(&%s)},%n".formatted(name, name));
        return Tools.resource("host_shim.h")
                + Tools.resource("kernels/common.cuh")
                + families.stream()
                        .map(family -> Tools.resource("kernels/" + family + ".cu"))
                        .collect(Collectors.joining())
                + Tools.resource(runner)
                + kernels.collect(
                        Collectors.joining(
                                "",
                                "static std::vector<Named> kernels() {\n    return {\n",
                                "    };\n}\n"));
    }

    /** Compiles a source into a file of a folder; both go when the JVM ends. */
    static Path compile(Path folder, String name, String source, String... options) {
        try {
            Path text = folder.resolve(name + ".cpp");
            Path result = folder.resolve(name);
            Files.writeString(text, source);
            List<String> command =
                    new ArrayList<>(List.of("g++", "-std=c++17", "-ffp-contract=off"));
            command.addAll(List.of(options));
            command.addAll(List.of("-o", result.toString(), text.toString(), "-ldl"));
            Tools.run(command.toArray(String[]::new));
            text.toFile().deleteOnExit();
            result.toFile().deleteOnExit();
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder that goes when the JVM ends, for files that went before. */
    static Path folder() {
        try {
            Path folder = Files.createTempDirectory("jft-kernels");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
