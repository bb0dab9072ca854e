package org.jft.core.engine.cuda;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Compiler;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.KernelModule;
import org.jft.core.engine.cuda.driver.KernelModule.Kernel;

/**
 * Our kernels on a GPU: each family of sources is compiled when one of its kernels is first asked
 * for, and the machine code kept on disk by source, type and architecture.
 */
final class Kernels implements AutoCloseable {
    /** The sources; kernels/README.md lists what is in them. */
    static final List<String> FAMILIES =
            List.of(
                    "layout",
                    "norm",
                    "group",
                    "weights",
                    "elements",
                    "pool",
                    "resize",
                    "loss",
                    "optimizer");

    private static final Pattern DEFINITION = Pattern.compile("(?m)^KERNEL\\s+(\\w+)\\(");

    private final Gpu gpu;
    private final Compiler compiler;
    private final List<String> options;
    private final DiskCache cache;
    private final Map<String, String> familyOf = new HashMap<>(); // by kernel
    private final Map<String, KernelModule> modules = new HashMap<>(); // by family
    private final Map<String, Kernel> kernels = new HashMap<>();

    Kernels(Gpu gpu, Compiler compiler, Precision precision, Path cache) {
        this.gpu = gpu;
        this.compiler = compiler;
        this.cache = new DiskCache(cache);
        options = options(gpu.info().capability(), precision);
        for (String family : FAMILIES) {
            definitions(family).forEach(kernel -> familyOf.put(kernel, family));
        }
    }

    /** Returns the names of a family's kernels. */
    static List<String> definitions(String family) {
        return DEFINITION
                .matcher(source(family + ".cu"))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    static List<String> options(int capability, Precision precision) {
        String type =
                switch (precision) {
                    case FP32, TF32 -> "T_FP32";
                    case BF16 -> "T_BF16";
                    case FP16 -> "T_FP16";
                };
        return List.of(
                "--gpu-architecture=sm_" + capability,
                "--device-as-default-execution-space", // NVRTC takes lambdas for the host's else
                "--fmad=false",
                "-D" + type);
    }

    /** Returns what is compiled for a family. */
    static String text(String family) {
        return headers() + source(family + ".cu");
    }

    /** Returns what stands in front of each family. */
    static String headers() {
        return source("common.cuh") + source("moments.cuh");
    }

    /** Returns a checksum of all sources. */
    static String version() {
        Hasher all = Hashing.crc32().newHasher();
        FAMILIES.forEach(family -> all.putString(text(family), StandardCharsets.UTF_8));
        return all.hash().toString();
    }

    private static String source(String file) {
        try (InputStream in = Kernels.class.getResourceAsStream("kernels/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Kernel kernel(String name) {
        return kernels.computeIfAbsent(name, this::find);
    }

    private Kernel find(String name) {
        String family = familyOf.get(name);
        if (family == null) {
            throw new IllegalArgumentException("no source defines the kernel " + name);
        }
        return modules.computeIfAbsent(family, this::load).kernel(name);
    }

    private KernelModule load(String family) {
        String text = text(family);
        String key = "nvrtc %d %s%n%s".formatted(compiler.version(), options, text);
        byte[] code =
                cache.get(key)
                        .orElseGet(
                                () -> {
                                    byte[] fresh = compiler.compile(family + ".cu", text, options);
                                    cache.put(key, fresh);
                                    return fresh;
                                });
        return gpu.load(family + ".cu", code);
    }

    @Override
    public void close() {
        modules.values().forEach(KernelModule::close);
        modules.clear();
        kernels.clear();
    }
}
