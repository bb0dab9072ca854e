package org.jft.core.engine.portable;

import java.io.PrintWriter;
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
 * Runs {@link PortableNetwork}s on a GPU. A network and its numbers are files in a folder, a {@link
 * PortableCase}; {@link PortablePass}, {@link PortableTraining} and {@link PortableProfile} say
 * which.
 */
@Command(
        name = "run-program",
        description = "Run networks that were lowered elsewhere with the cuda engine.")
public final class ProgramRunner {
    private static final String FOLDER = "with network.json and its numbers";

    /** Makes engines of lowered networks. */
    interface Engines {
        Engine compile(Program program, ParameterLayout layout, int batchSize, EngineConfig config);
    }

    /** How networks are run. */
    static final class How {
        @Option(names = "--batch", required = true, description = "rows of a batch")
        private int batch;

        @Option(names = "--precision", required = true, description = "${COMPLETION-CANDIDATES}")
        private Precision precision;
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

    @Command(
            name = "pass",
            description = {
                "Go forward and backward once, in training mode, over the network of each folder.",
                "Prints a folder when its results are complete; the first failure is the end."
            })
    int pass(
            @Mixin How how,
            @Parameters(paramLabel = "FOLDER", arity = "1..*", description = FOLDER)
                    List<Path> folders)
            throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        for (Path folder : folders) {
            with(folder, how, PortablePass::run);
            out.println(folder);
            out.flush();
        }
        return CommandRunner.DONE;
    }

    @Command(name = "train", description = "Train on batches of images, with SGD on softmax.")
    int train(
            @Mixin How how,
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Option(names = "--steps", required = true, description = "steps to take") int steps,
            @Option(names = "--learning-rate", required = true, description = "constant")
                    double learningRate)
            throws Exception {
        return with(
                folder,
                how,
                (engine, network, of) ->
                        new PortableTraining(engine, network, of).run(steps, learningRate));
    }

    @Command(description = "Print how long each task of a training pass takes, longest first.")
    int profile(
            @Mixin How how,
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Option(names = "--passes", required = true, description = "to take the mean of")
                    int passes)
            throws Exception {
        return with(
                folder,
                how,
                (engine, network, of) ->
                        new PortableProfile(engine, network, of)
                                .run(passes, spec.commandLine().getOut()));
    }

    /** What is done with an engine. */
    private interface Work {
        void run(Engine engine, PortableNetwork network, PortableCase of) throws Exception;
    }

    private int with(Path folder, How how, Work work) throws Exception {
        PortableCase of = new PortableCase(folder, how.batch, how.precision);
        PortableNetwork network = PortableNetwork.read(of.network());
        int length = network.layout().length();
        EngineConfig config = new EngineConfig("cuda", how.precision, 0, null, false);
        try (Engine engine =
                engines.compile(network.program(), network.layout(), how.batch, config)) {
            engine.parameters()
                    .put(0, NumberFiles.floats(of.given("parameters.f32"), length), 0, length);
            work.run(engine, network, of);
        }
        return CommandRunner.DONE;
    }

    /** Runs a command. */
    public static void main(String[] args) {
        ProgramRunner runner = new ProgramRunner(new CudaEngineFactory()::compile);
        System.exit(CommandRunner.run(runner, args));
    }
}
