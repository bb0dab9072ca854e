package org.jft.core.engine.cuda;

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
    private static final Map<Precision, HostKernels> BUILT = new EnumMap<>(Precision.class);
    private static boolean loaded;

    private final List<Long> libraries; // one a family

    private HostKernels(Precision precision) {
        List<String> options = Kernels.options(0, precision);
        String type = options.get(options.size() - 1);
        libraries =
                Kernels.FAMILIES.parallelStream()
                        .map(family -> ofFamily(family, type))
                        .toList()
                        .stream()
                        .map(library -> open(library.toString()))
                        .toList();
    }

    /** Builds them, once a process and type; takes some seconds. */
    static synchronized HostKernels of(Precision precision) {
        loadDoor();
        Precision type = precision == Precision.TF32 ? Precision.FP32 : precision;
        return BUILT.computeIfAbsent(type, HostKernels::new);
    }

    private static void loadDoor() {
        if (!loaded) {
            loaded = true;
            String java = System.getProperty("java.home") + "/include";
            String source = Tools.resource("host_jni.cpp");
            System.load(compile("door", source, "-I" + java, "-I" + java + "/linux").toString());
        }
    }

    private static Path ofFamily(String family, String type) {
        String source = KernelSources.forHost(List.of(family), "host_library.h");
        return compile(family, source, type);
    }

    private static Path compile(String name, String source, String... options) {
        List<String> all = new ArrayList<>(List.of("-O2", "-w", "-shared", "-fPIC"));
        all.addAll(List.of(options));
        return KernelSources.compile(name, source, all.toArray(String[]::new));
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
