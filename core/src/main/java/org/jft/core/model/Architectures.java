package org.jft.core.model;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.Nearest;
import org.jft.core.failure.ConfigException;

/**
 * The networks by name. All take one input {@code image}, float32 [N, 3, size, size], and give
 * logits [N, classes] from a dense layer {@code head}; other vertices carry torchvision's module
 * names ({@code layer1.0.conv1}).
 */
public final class Architectures {
    /** Name of the one input. */
    public static final String INPUT = "image";

    /** Name of the dense layer at the end, torchvision's {@code fc}. */
    public static final String HEAD = "head";

    private Architectures() {}

    /** Returns every name {@code model.architecture} may have. */
    public static List<String> names() {
        return Arrays.stream(Architecture.values()).map(Architecture::key).toList();
    }

    /**
     * Builds a network out of stock DL4J layers, without a loss.
     *
     * @param config name, width, head bias; {@code config.classes()} is not read, see {@code
     *     classes}
     * @param classes size of the head, from the config or the data set
     * @param imageSize side of the square input, pixels; the weights do not depend on it
     * @param seed of the initial weights
     */
    public static ComputationGraphConfiguration create(
            ModelConfig config, int classes, int imageSize, long seed) {
        Architecture architecture = named(config.architecture());
        if (classes <= 0) {
            throw new ConfigException("model.classes must be positive: %s".formatted(classes));
        }
        int smallest = architecture.stem().smallestImage;
        if (imageSize < smallest) {
            throw new ConfigException(
                    "data.image.size=%s is too small for %s, which needs at least %s"
                            .formatted(imageSize, architecture.key(), smallest));
        }
        return new ResNetBuilder(architecture, config, seed).build(classes, imageSize);
    }

    private static Architecture named(String name) {
        return Arrays.stream(Architecture.values())
                .filter(architecture -> architecture.key().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        ("model.architecture: no network '%s'; the nearest is"
                                                        + " '%s' of %s")
                                                .formatted(
                                                        name, Nearest.to(name, names()), names())));
    }
}
