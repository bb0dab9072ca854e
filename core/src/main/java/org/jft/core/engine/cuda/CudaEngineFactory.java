package org.jft.core.engine.cuda;

import java.util.List;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.engine.cuda.driver.Cuda;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.plan.StepPlan;
import org.jft.core.engine.program.Lowering;
import org.jft.core.engine.program.Program;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;

/** Makes {@code cuda} engines. */
public final class CudaEngineFactory implements EngineFactory {
    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public boolean fits() {
        if (!Cuda.bound() || !Cuda.driverPresent()) {
            return false;
        }
        try {
            return Cuda.devices().stream().anyMatch(DeviceInfo::supported);
        } catch (JftException e) {
            return false; // asked for by name, it will say what is missing
        }
    }

    /** bf16, also where there is no GPU to ask; fp16 for all workers where one GPU lacks it. */
    @Override
    public Precision defaultPrecision() {
        return fits() && !Cuda.devices().stream().allMatch(DeviceInfo::multipliesBfloat16)
                ? Precision.FP16
                : Precision.BF16;
    }

    @Override
    public boolean ownsDevice() {
        return true;
    }

    @Override
    public void requireDevices(EngineConfig config, int workers) {
        GpuChoice.requireGpus(config.device(), workers, Cuda.presentDevices().size());
    }

    @Override
    public EngineConfig forWorker(EngineConfig config, int localRank) {
        int seen = Cuda.presentDevices().size();
        return config.onDevice(GpuChoice.gpuOf(config.device(), localRank, seen));
    }

    @Override
    public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
        ParameterLayout layout = layout(network);
        Engine engine = compile(Lowering.lower(network, layout), layout, batchSize, config);
        try {
            WeightDraw.initial(engine.parameters(), layout, network.graph());
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /**
     * Compiles a network that is lowered already, which asks nothing of DL4J.
     *
     * @return an engine whose parameters are the caller's to fill
     */
    public Engine compile(
            Program program, ParameterLayout layout, int batchSize, EngineConfig config) {
        Device device = open(config);
        try {
            return new CudaEngine(device, program, layout, batchSize, config);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private static Device open(EngineConfig config) {
        Libraries libraries = Libraries.open(config.device());
        DeviceInfo info = libraries.gpu().info();
        if (config.precision() == Precision.BF16 && !info.multipliesBfloat16()) {
            throw new ConfigException(
                    "engine.precision: %s does not know bf16; it has FP16".formatted(info));
        }
        return new Device(libraries, config.precision(), DiskCache.home());
    }

    /**
     * Exact, on the device, for an engine that trains and infers: the passes are planned, but
     * nothing is allocated and no GPU asked.
     */
    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        ParameterLayout layout = layout(network);
        Program program = Lowering.lower(network, layout);
        long pass = 0;
        for (StepPlan plan :
                List.of(CudaEngine.plan(program, config), StepPlan.inference(program))) {
            Compilation compiled = Compilation.of(program, plan, batchSize, config.precision());
            pass = Math.max(pass, compiled.memory().bytes());
        }
        return pass + Vectors.deviceBytes(layout.length());
    }

    private static ParameterLayout layout(NetworkSpec network) {
        return GraphLayouts.of(network.graph()).withFrozenLayers(network.frozenLayers());
    }

    @Override
    public double matrixMultiplyFlops(EngineConfig config) {
        if (!fits()) {
            return 0;
        }
        try (Device device = open(config)) {
            return MatrixMultiply.flops(device, config.precision());
        }
    }
}
