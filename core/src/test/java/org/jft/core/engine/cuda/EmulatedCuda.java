package org.jft.core.engine.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.jft.core.file.FolderOfJvm;

/**
 * The cuda engine over a GPU that is emulated on the host: the engine's own code and kernels, with
 * naive arithmetic where cuDNN and cuBLASLt would be.
 */
public final class EmulatedCuda implements EngineFactory {
    /** Of all GPUs of this process: ranks may be threads. */
    private static final FakeNccl NCCL = new FakeNccl(Duration.ofSeconds(30));

    private static final Path CACHES = FolderOfJvm.create("jft-caches");

    private final boolean fused;
    private final boolean sums;

    /**
     * Makes engines.
     *
     * @param fused whether cuDNN is to have engines for fused batch norms
     */
    public EmulatedCuda(boolean fused) {
        this(fused, false);
    }

    /**
     * Makes engines.
     *
     * @param fused whether cuDNN is to have engines for fused batch norms
     * @param sums whether for convolutions that leave sums, in float16
     */
    public EmulatedCuda(boolean fused, boolean sums) {
        this.fused = fused;
        this.sums = sums;
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
        ParameterLayout layout =
                GraphLayouts.of(network.graph()).withFrozenLayers(network.frozenLayers());
        Engine engine = compile(Lowering.lower(network, layout), layout, batchSize, config);
        WeightDraw.initial(engine.parameters(), layout, network.graph());
        return engine;
    }

    /** As {@link CudaEngineFactory#compile(Program, ParameterLayout, int, EngineConfig)}. */
    public Engine compile(
            Program program, ParameterLayout layout, int batchSize, EngineConfig config) {
        return new CudaEngine(
                device(FakeGpu.emulating(HostKernels.of(config.precision())), config),
                program,
                layout,
                batchSize,
                config);
    }

    private Device device(FakeGpu gpu, EngineConfig config) {
        FakeDnn dnn = new FakeDnn(gpu, HostMath::run);
        dnn.refuse(
                graph ->
                        !fused && graph.pattern().contains("norm")
                                || !sums && graph.pattern().contains("sums"));
        return device(gpu, dnn, config.precision());
    }

    static Device device(FakeGpu gpu, FakeDnn dnn, Precision precision) {
        try {
            return new Device(
                    new Libraries(gpu, dnn, new FakeBlas(gpu), new FakeCompiler(gpu), NCCL),
                    precision,
                    Files.createTempDirectory(CACHES, "engine"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        return new CudaEngineFactory().memoryBytes(network, batchSize, config);
    }

    @Override
    public double matrixMultiplyFlops(EngineConfig config) {
        return 0;
    }
}
