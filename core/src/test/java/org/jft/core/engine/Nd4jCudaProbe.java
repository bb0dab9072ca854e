package org.jft.core.engine;

import java.util.List;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.ModelConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import picocli.CommandLine.Command;

/**
 * Run in a process whose class path shows ND4J's CUDA backend; says what the engines make of it.
 */
final class Nd4jCudaProbe {
    private static final int SIZE = 32;

    private Nd4jCudaProbe() {}

    public static void main(String[] args) {
        if (args[0].equals("command")) {
            System.exit(CommandRunner.run(new Probe()));
        }
        System.out.println("auto is " + Engines.named(EngineConfig.AUTO).name());
        ModelConfig model = new ModelConfig("resnet20s", 10, 0, null, false);
        NetworkSpec network = NetworkSpec.ofImages(Architectures.create(model, 10, SIZE, 1), SIZE);
        for (String name : List.of("onednn", "cuda")) {
            try {
                EngineConfig config = new EngineConfig(name, Precision.FP32, 0, null, false);
                Engines.named(name).compile(network, 1, config);
                System.out.println(name + " runs");
            } catch (ConfigException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Command(name = "probe")
    private static final class Probe implements Runnable {
        @Override
        public void run() {
            System.out.println("the command ran");
        }
    }
}
