package org.jft.core.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Group normalization (Wu and He 2018, arXiv 1803.08494) of NCHW images: mean and variance over the
 * pixels of each group of neighbouring channels of each image, then a scale and a shift a channel.
 * No statistics of other images, so it is the same in training and inference and on any batch. DL4J
 * has no such layer. A graph with it is restored by DL4J where this class is on the class path.
 */
public final class GroupNormalization extends FeedForwardLayer {
    /** Key of the scale, [channels]. */
    public static final String GAMMA = "gamma";

    /** Key of the shift, [channels]. */
    public static final String BETA = "beta";

    private static final long serialVersionUID = 1L;

    private int groups;
    private double epsilon;
    private double scale;

    /** For DL4J, which then sets each property. */
    public GroupNormalization() {}

    /**
     * Describes.
     *
     * @param groups a divisor of channels
     * @param scale what the scale starts at
     */
    public GroupNormalization(int channels, int groups, double epsilon, double scale) {
        checkArgument(
                groups > 0 && channels % groups == 0,
                "%s channels are not %s groups",
                channels,
                groups);
        nIn = channels;
        nOut = channels;
        this.groups = groups;
        this.epsilon = epsilon;
        this.scale = scale;
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        return LayerSetup.finish(
                new GroupNormalizationLayer(conf, type), listeners, index, parameters, initialize);
    }

    @Override
    public ParamInitializer initializer() {
        return new GroupNormalizationParameters();
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType input) {
        return input;
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        // Said by the one who knows the groups.
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType input) {
        return null; // takes images as they are
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType input) {
        return new LayerMemoryReport.Builder(null, GroupNormalization.class, input, input)
                .standardMemory(2 * nOut, 0)
                .workingMemory(0, 0, 0, input.arrayElementsPerExample())
                .cacheMemory(0, 0)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GroupNormalization norm
                && super.equals(other)
                && groups == norm.groups
                && epsilon == norm.epsilon
                && scale == norm.scale;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), groups, epsilon, scale);
    }

    public int getGroups() {
        return groups;
    }

    public void setGroups(int groups) {
        this.groups = groups;
    }

    public double getEpsilon() {
        return epsilon;
    }

    public void setEpsilon(double epsilon) {
        this.epsilon = epsilon;
    }

    public double getScale() {
        return scale;
    }

    public void setScale(double scale) {
        this.scale = scale;
    }
}
