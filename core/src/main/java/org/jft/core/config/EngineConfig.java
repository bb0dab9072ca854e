package org.jft.core.config;

import static org.jft.core.config.Checks.check;

import java.util.Set;

/**
 * Who runs the network, and how.
 *
 * @param name engine name; {@code onednn} is the CPU engine, {@code cuda} the GPU engine, {@code
 *     nd4j} DL4J itself; {@code auto} is {@code cuda} where it can run, {@code nd4j} where ND4J's
 *     CUDA backend is on the class path, else {@code onednn}
 * @param precision of activations and their gradients; null, the default, leaves it to the engine:
 *     bf16 for {@code cuda}, fp16 where the GPU does not know that, fp32 for others. Parameters,
 *     their gradients and batch-norm statistics are float32 in each
 * @param threads compute threads of one worker; 0 means the worker's share of the cores
 * @param affinity where a worker's threads may run
 * @param recompute forget the activations inside a residual block and compute them again for
 *     backward: less memory for about a third more time
 * @param device the first GPU of a host that workers take; local worker k runs on {@code device +
 *     k}, and a worker that sees a single GPU on that
 * @param nccl whether the workers of one host sum their gradients by NCCL on their GPUs instead of
 *     over Aeron; {@code cuda} only
 */
public record EngineConfig(
        String name,
        Precision precision,
        int threads,
        Affinity affinity,
        boolean recompute,
        int device,
        boolean nccl) {
    /** The name that leaves the choice to the machine. */
    public static final String AUTO = "auto";

    /** The type of activations. */
    public enum Precision {
        /** IEEE float32. */
        FP32,
        /** bfloat16: float32's range with 8 bits of precision. */
        BF16,
        /** IEEE float16 with a scaled loss; on GPUs only. */
        FP16,
        /** float32 whose products round their factors to 11 bits; on GPUs only. */
        TF32
    }

    /** Where a worker's threads may run. */
    public enum Affinity {
        /** Wherever the operating system puts them. */
        NONE,
        /** Each on a core of its own; the workers of a host share its cores out in rank order. */
        CORES
    }

    private static final Set<String> ON_GPUS = Set.of(AUTO, "cuda");

    public EngineConfig {
        name = name == null ? AUTO : name;
        affinity = affinity == null ? Affinity.NONE : affinity;
        check(threads >= 0, "engine.threads must not be negative: %s", threads);
        check(device >= 0, "engine.device must not be negative: %s", device);
        check(
                !nccl || ON_GPUS.contains(name),
                "engine.nccl=true sums gradients on the GPUs of engine.name=cuda, and this is"
                        + " engine.name=%s; leave engine.nccl at false",
                name);
    }

    /** Returns the engine of a worker that is alone on its host. */
    public EngineConfig(
            String name, Precision precision, int threads, Affinity affinity, boolean recompute) {
        this(name, precision, threads, affinity, recompute, 0, false);
    }

    /** Returns the engine of a config that says nothing about it. */
    public static EngineConfig defaults() {
        return new EngineConfig(null, null, 0, null, false);
    }

    /** Returns the same with a number of threads. */
    public EngineConfig withThreads(int count) {
        return new EngineConfig(name, precision, count, affinity, recompute, device, nccl);
    }

    /** Returns the same on another device. */
    public EngineConfig onDevice(int index) {
        return new EngineConfig(name, precision, threads, affinity, recompute, index, nccl);
    }

    /** Returns the same by an engine that is chosen, in a precision that is chosen. */
    public EngineConfig by(String engine, Precision chosen) {
        return new EngineConfig(engine, chosen, threads, affinity, recompute, device, nccl);
    }
}
