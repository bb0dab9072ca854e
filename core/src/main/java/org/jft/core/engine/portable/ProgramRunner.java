package org.jft.core.engine.portable;

import java.nio.file.Path;
import java.util.List;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.cuda.CudaEngineFactory;
import org.jft.core.engine.cuda.driver.Cuda;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.program.Program;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs {@link PortableNetwork}s on a GPU. Its arguments and results are files in a folder, float32
 * unless said otherwise, see {@link PortablePass} and {@link PortableTraining}.
 */
@Command(
        name = "run-program",
        description = "Run networks that were lowered elsewhere with the cuda engine.")
public final class ProgramRunner {
    /** Makes engines of lowered networks. */
    interface Engines {
        Engine compile(Program program, ParameterLayout layout, int batchSize, EngineConfig config);
    }

    /** What each command that runs a network is told. */
    static final class Job {
        @Parameters(paramLabel = "NETWORK", index = "0", description = "the network, a JSON file")
        Path network;

        @Parameters(paramLabel = "FOLDER", index = "1", description = "with its numbers")
        Path folder;

        @Option(names = "--batch", required = true, description = "rows of a batch")
        int batch;

        @Option(names = "--precision", required = true, description = "${COMPLETION-CANDIDATES}")
        Precision precision;

        EngineConfig config() {
            return new EngineConfig("cuda", precision, 0, null, false);
        }
    }

    @Spec private CommandSpec spec;

    private final Engines engines;

    ProgramRunner(Engines engines) {
        this.engines = engines;
    }

    @Command(description = "List the GPUs; fails where there is none that the engine runs on.")
    int devices() {
        if (!Cuda.driverPresent()) {
            throw new ConfigException("this machine has no CUDA device");
        }
        List<DeviceInfo> devices = Cuda.devices();
        if (devices.stream().noneMatch(DeviceInfo::supported)) {
            throw new ConfigException("no CUDA device that the engine runs on: " + devices);
        }
        for (DeviceInfo device : devices) {
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s, %,d MiB, %d multiprocessors, driver for CUDA %s, CUDA %s, cuDNN %s%n",
                            device,
                            device.memoryBytes() >> 20,
                            device.processors(),
                            DeviceInfo.version(device.driverVersion()),
                            DeviceInfo.version(device.runtimeVersion()),
                            Cuda.dnnVersion().map(String::valueOf).orElse("missing"));
        }
        return CommandRunner.DONE;
    }

    @Command(name = "pass", description = "Go forward and backward once, in training mode.")
    int pass(@Mixin Job job) throws Exception {
        return with(job, PortablePass::run);
    }

    @Command(name = "train", description = "Train on batches of images, with SGD on softmax.")
    int train(
            @Mixin Job job,
            @Option(names = "--steps", required = true, description = "steps to take") int steps,
            @Option(names = "--learning-rate", required = true, description = "constant")
                    double learningRate)
            throws Exception {
        return with(
                job,
                (engine, network, at) ->
                        new PortableTraining(engine, network, at).run(steps, learningRate));
    }

    /** What is done with an engine. */
    private interface Work {
        void run(Engine engine, PortableNetwork network, Job job) throws Exception;
    }

    private int with(Job job, Work work) throws Exception {
        PortableNetwork network = PortableNetwork.read(job.network);
        try (Engine engine =
                engines.compile(network.program(), network.layout(), job.batch, job.config())) {
            engine.parameters()
                    .put(
                            0,
                            NumberFiles.floats(
                                    job.folder.resolve("parameters.f32"),
                                    network.layout().length()),
                            0,
                            network.layout().length());
            work.run(engine, network, job);
        }
        return CommandRunner.DONE;
    }

    /** Runs a command. */
    public static void main(String[] args) {
        ProgramRunner runner = new ProgramRunner(new CudaEngineFactory()::compile);
        System.exit(CommandRunner.run(runner, args));
    }
}
