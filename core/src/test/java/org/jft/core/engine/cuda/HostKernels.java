package org.jft.core.engine.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Arguments;
import org.jft.core.engine.cuda.driver.Grid;

/** Our kernels, compiled by g++ behind the shim, run in this process on memory of the host. */
final class HostKernels implements FakeGpu.Launcher {
    private static final String RESOURCES = "/org/jft/core/engine/cuda/";
    private static final Map<Precision, HostKernels> BUILT = new EnumMap<>(Precision.class);
    private static Path folder;

    private final List<Long> libraries = new ArrayList<>(); // one a family

    private HostKernels(Precision precision) throws IOException, InterruptedException {
        List<String> options = Kernels.options(0, precision);
        String type = options.get(options.size() - 1);
        for (String family : Kernels.FAMILIES) {
            Path source = folder.resolve(family + "-" + precision + ".cpp");
            Files.writeString(source, text(family));
            Path library = folder.resolve("lib" + family + "-" + precision + ".so");
            compile(source, library, type);
            libraries.add(open(library.toString()));
        }
    }

    /** Builds them, once a process and type; takes some seconds. */
    static synchronized HostKernels of(Precision precision) {
        Precision type = precision == Precision.TF32 ? Precision.FP32 : precision;
        return BUILT.computeIfAbsent(
                type,
                key -> {
                    try {
                        loadDoor();
                        return new HostKernels(key);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static void loadDoor() throws IOException, InterruptedException {
        if (folder != null) {
            return;
        }
        Path made = Files.createTempDirectory("jft-kernels");
        made.toFile().deleteOnExit();
        Path source = made.resolve("door.cpp");
        Files.writeString(source, resource("host_jni.cpp"));
        Path library = made.resolve("libdoor.so");
        String home = System.getProperty("java.home");
        compile(source, library, "-I" + home + "/include", "-I" + home + "/include/linux");
        System.load(library.toString());
        folder = made;
    }

    private static String text(String family) {
        StringBuilder text = new StringBuilder(resource("host_shim.h"));
        text.append(Kernels.text(family)).append(resource("host_library.h"));
        text.append("static bool launch(const char* name, void** arguments) {\n");
        for (String kernel : Kernels.definitions(family)) {
            text.append("    if (strcmp(name, \"").append(kernel).append("\") == 0) {\n");
            text.append("        launch(").append(kernel).append(", arguments);\n");
            text.append("        return true;\n    }\n");
        }
        return text.append("    return false;\n}\n").toString();
    }

    private static String resource(String name) {
        try (InputStream in = HostKernels.class.getResourceAsStream(RESOURCES + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(Path source, Path library, String... options)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of("g++", "-std=c++17", "-O2", "-ffp-contract=off", "-w", "-shared"));
        command.addAll(List.of("-fPIC", "-o", library.toString(), source.toString(), "-ldl"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        source.toFile().deleteOnExit();
        library.toFile().deleteOnExit();
    }

    /** One at a time: a thread's place in the grid is a variable of the library. */
    @Override
    public synchronized void launch(String kernel, Grid grid, Arguments arguments) {
        int count = arguments.kinds().size();
        int words = 0;
        for (int i = 0; i < count; i++) {
            words += arguments.words(i).length;
        }
        try (LongPointer values = new LongPointer(words);
                LongPointer places = new LongPointer(count)) {
            int at = 0;
            for (int i = 0; i < count; i++) {
                places.put(i, values.address() + (long) Long.BYTES * at);
                for (long word : arguments.words(i)) {
                    values.put(at++, word);
                }
            }
            boolean known = false;
            for (int i = 0; i < libraries.size() && !known; i++) {
                known =
                        launch(
                                libraries.get(i),
                                kernel,
                                grid.x(),
                                grid.y(),
                                grid.threads(),
                                places.address());
            }
            if (!known) {
                throw new AssertionError("no library has the kernel " + kernel);
            }
        }
    }

    private static native long open(String path);

    private static native boolean launch(
            long library, String kernel, int x, int y, int threads, long arguments);
}
