package org.jft.core.engine.portable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.program.Lowering;
import org.jft.core.model.Architectures;

/**
 * Writes the networks of the acceptance run, where DL4J is: single ops as {@code ops/NAME.json},
 * networks to compare and train as {@code small/ARCHITECTURE-SIZE.json}, networks to time as {@code
 * large/ARCHITECTURE-SIZE.json}.
 */
public final class ProgramExport {
    private record Choice(String folder, String architecture, int size, int classes) {}

    private static final List<Choice> NETWORKS =
            List.of(
                    new Choice("small", "resnet18", 64, 10),
                    new Choice("small", "resnet50", 64, 10),
                    new Choice("large", "resnet50", 224, 1000),
                    new Choice("large", "resnet101", 224, 1000));

    private ProgramExport() {}

    /** Returns a residual network over RGB images, without a loss. */
    static PortableNetwork lower(String architecture, int size, int classes) {
        ModelConfig model = new ModelConfig(architecture, classes, 0, null, false);
        NetworkSpec network =
                NetworkSpec.ofImages(Architectures.create(model, classes, size, 1), size);
        ParameterLayout layout = GraphLayouts.of(network.graph());
        return new PortableNetwork(Lowering.lower(network, layout), layout);
    }

    /** Takes the folder. */
    public static void main(String[] args) throws IOException {
        Path programs = Path.of(args[0]);
        for (Map.Entry<String, PortableNetwork> op : OpPrograms.all().entrySet()) {
            write(op.getValue(), programs, "ops", op.getKey());
        }
        for (Choice choice : NETWORKS) {
            write(
                    lower(choice.architecture(), choice.size(), choice.classes()),
                    programs,
                    choice.folder(),
                    choice.architecture() + "-" + choice.size());
        }
    }

    static void write(PortableNetwork network, Path programs, String folder, String name)
            throws IOException {
        network.write(Files.createDirectories(programs.resolve(folder)).resolve(name + ".json"));
    }
}
