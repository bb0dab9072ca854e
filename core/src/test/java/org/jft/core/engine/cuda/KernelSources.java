package org.jft.core.engine.cuda;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
                + Kernels.headers()
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

    /**
     * Compiles a source for this host, or finds what was compiled of it before, such as by the
     * tests of another module.
     */
    static Path compile(String name, String source, String... options) {
        List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-ffp-contract=off"));
        command.addAll(List.of(options));
        String hash =
                Hashing.sha256().hashString(command + source, StandardCharsets.UTF_8).toString();
        try {
            Path folder = Files.createDirectories(folder());
            Path result = folder.resolve(name + "-" + hash.substring(0, 16));
            if (!Files.exists(result)) {
                Path own = Files.createTempDirectory(folder, name);
                Path text = Files.writeString(own.resolve("source.cpp"), source);
                Path compiled = own.resolve("compiled");
                command.addAll(List.of("-o", compiled.toString(), text.toString(), "-ldl"));
                Tools.run(command.toArray(String[]::new));
                Files.move(compiled, result, StandardCopyOption.ATOMIC_MOVE);
                Files.delete(text);
                Files.delete(own);
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the project: tests run in the folder of their module. */
    private static Path folder() {
        Path here = Path.of("").toAbsolutePath();
        Path project = Files.isDirectory(here.resolve(".mvn")) ? here : here.getParent();
        return project.resolve("target/host-kernels");
    }
}
