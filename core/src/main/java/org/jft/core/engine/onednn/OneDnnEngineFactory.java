package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.Nd4jCuda;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.jft.core.failure.ConfigException;

/** Makes {@code onednn} engines. */
public final class OneDnnEngineFactory implements EngineFactory {
    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
        requireSupport(config.precision());
        ParameterLayout layout = layout(network);
        Program program = Lowering.lower(network, layout);
        Dnnl owner = new Dnnl();
        try {
            OneDnnEngine engine = new OneDnnEngine(owner, program, layout, batchSize, config);
            WeightDraw.initial(engine.parameters(), layout, network.graph());
            return engine;
        } catch (RuntimeException | Error e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Exact, for an engine that trains and infers: the passes are planned and oneDNN is asked for
     * every size, but nothing is allocated.
     */
    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        requireSupport(config.precision());
        ParameterLayout layout = layout(network);
        Program program = Lowering.lower(network, layout);
        Threads.use(config.threads());
        long arena = 0;
        for (StepPlan plan :
                List.of(
                        StepPlan.training(program, config.recompute()),
                        StepPlan.inference(program))) {
            try (Dnnl owner = new Dnnl()) {
                Compilation pass =
                        Compilation.of(
                                owner,
                                program,
                                layout,
                                plan,
                                batchSize,
                                config.precision(),
                                new Call(),
                                Optional.empty());
                arena = Math.max(arena, pass.bytes());
            }
        }
        return EngineMemory.bytes(program, layout, batchSize, arena);
    }

    /**
     * oneDNN's bfloat16 needs AVX-512: with less there is no backward pass in it. Threads are set
     * through ND4J, see {@link Threads}, and the call does nothing in its CUDA backend.
     */
    private static void requireSupport(Precision precision) {
        if (Nd4jCuda.onClassPath()) {
            throw new ConfigException(
                    "engine.name=onednn: ND4J's CUDA backend is on the class path and cannot set the"
                            + " CPU's threads; leave it out with an empty JFT_PROFILE");
        }
        if (precision == Precision.FP16 || precision == Precision.TF32) {
            throw new ConfigException(
                    "engine.precision: the onednn engine knows fp32 and bf16; cuda has %s"
                            .formatted(precision.name().toLowerCase(Locale.ROOT)));
        }
        int has = dnnl.dnnl_get_effective_cpu_isa();
        boolean supported =
                precision == Precision.FP32
                        || (has & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
        if (!supported) {
            throw new ConfigException(
                    "engine.precision: oneDNN trains in %s on a CPU with AVX-512 only, which this one lacks; use engine.precision: fp32"
                            .formatted(precision.name().toLowerCase(Locale.ROOT)));
        }
    }

    private static ParameterLayout layout(NetworkSpec network) {
        return GraphLayouts.of(network.graph()).withFrozenLayers(network.frozenLayers());
    }

    @Override
    public double matrixMultiplyFlops(EngineConfig config) {
        requireSupport(config.precision());
        Threads.use(config.threads());
        return MatrixMultiply.flops(config.precision());
    }
}
