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
 * Writes the networks of the acceptance run, where DL4J is: {@code ops/NAME.json}, and {@code
 * ARCHITECTURE-SIZE.json}.
 */
public final class ProgramExport {
    /** What the acceptance run compares, trains and times. */
    private record Choice(String architecture, int size, int classes) {}

    private static final List<Choice> NETWORKS =
            List.of(
                    new Choice("resnet18", 64, 10),
                    new Choice("resnet50", 64, 10),
                    new Choice("resnet50", 224, 1000),
                    new Choice("resnet101", 224, 1000));

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
        Path folder = Path.of(args[0]);
        Path ops = Files.createDirectories(folder.resolve("ops"));
        for (Map.Entry<String, PortableNetwork> op : OpPrograms.all().entrySet()) {
            op.getValue().write(ops.resolve(op.getKey() + ".json"));
        }
        for (Choice choice : NETWORKS) {
            lower(choice.architecture(), choice.size(), choice.classes())
                    .write(folder.resolve(choice.architecture() + "-" + choice.size() + ".json"));
        }
    }
}
