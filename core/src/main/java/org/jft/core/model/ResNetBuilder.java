package org.jft.core.model;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.jft.core.config.ModelConfig;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.StandardizedConvolution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Lays out one {@link Architecture} vertex by vertex. Vertices are added in the order of
 * torchvision's modules, which {@link TorchState} relies on.
 */
final class ResNetBuilder {
    private static final double BATCH_NORM_EPSILON = 1e-5;
    private static final double BATCH_NORM_DECAY = 0.9; // torch calls 1 - decay its momentum
    private static final double GROUP_NORM_EPSILON = 1e-5;
    private static final int MOST_GROUPS = 32; // Wu and He 2018
    private static final double HEAD_STD = 0.01; // Goyal et al. 2017, section 5.1
    private static final int COLOURS = 3;

    private final Architecture architecture;
    private final ModelConfig config;
    private final int width;
    private final GraphBuilder graph;
    private String top = Architectures.INPUT; // last vertex added to the trunk
    private int channels = COLOURS; // of top

    ResNetBuilder(Architecture architecture, ModelConfig config, long seed) {
        this.architecture = architecture;
        this.config = config;
        width = config.width() == 0 ? architecture.width() : config.width();
        graph =
                new NeuralNetConfiguration.Builder()
                        .seed(seed)
                        .dataType(DataType.FLOAT)
                        .activation(Activation.IDENTITY) // DL4J's default is a sigmoid
                        .updater(new NoOp()) // ours is outside: no state in the model
                        .convolutionMode(ConvolutionMode.Truncate) // floor, as torch
                        .graphBuilder()
                        .addInputs(Architectures.INPUT);
    }

    ComputationGraphConfiguration build(int classes, int imageSize) {
        stem();
        for (int stage = 0; stage < architecture.stages(); stage++) {
            for (int block = 0; block < architecture.depth(stage); block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                String prefix = "layer%d.%d.".formatted(stage + 1, block);
                if (config.preactivation()) {
                    preactivationBlock(prefix, width << stage, stride);
                } else {
                    residualBlock(prefix, width << stage, stride);
                }
            }
        }
        if (config.preactivation()) {
            norm("norm", 1);
            relu("norm.relu");
        }
        then(
                "avgpool",
                new GlobalPoolingLayer.Builder(PoolingType.AVG).collapseDimensions(true).build());
        then(
                Architectures.HEAD,
                new DenseLayer.Builder()
                        .nIn(channels)
                        .nOut(classes)
                        .weightInit(normal(HEAD_STD))
                        .biasInit(config.headBias())
                        .build());
        return graph.setOutputs(Architectures.HEAD)
                .validateOutputLayerConfig(false) // the loss lives outside
                .setInputTypes(InputType.convolutional(imageSize, imageSize, COLOURS))
                .build();
    }

    private void stem() {
        boolean downsampling = architecture.stem() == Architecture.Stem.DOWNSAMPLING;
        convolution("conv1", width, downsampling ? 7 : 3, downsampling ? 2 : 1);
        if (!config.preactivation()) { // else the first block begins with them
            norm("bn1", 1);
            relu("relu");
        }
        if (downsampling) {
            then(
                    "maxpool",
                    new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                            .kernelSize(3, 3)
                            .stride(2, 2)
                            .padding(1, 1)
                            .build());
        }
    }

    private void residualBlock(String prefix, int planes, int stride) {
        String shortcut = top;
        int inChannels = channels;
        int outChannels = planes * architecture.block().expansion;
        double lastScale = config.zeroInitLastScale() ? 0 : 1;
        if (architecture.block() == Architecture.Block.BOTTLENECK) {
            convolution(prefix + "conv1", planes, 1, 1);
            norm(prefix + "bn1", 1);
            relu(prefix + "relu1");
            convolution(prefix + "conv2", planes, 3, stride);
            norm(prefix + "bn2", 1);
            relu(prefix + "relu2");
            convolution(prefix + "conv3", outChannels, 1, 1);
            norm(prefix + "bn3", lastScale);
        } else {
            convolution(prefix + "conv1", planes, 3, stride);
            norm(prefix + "bn1", 1);
            relu(prefix + "relu1");
            convolution(prefix + "conv2", outChannels, 3, 1);
            norm(prefix + "bn2", lastScale);
        }
        String branch = top;
        if (stride != 1 || inChannels != outChannels) {
            top = shortcut;
            channels = inChannels;
            convolution(prefix + "downsample.0", outChannels, 1, stride);
            norm(prefix + "downsample.1", 1);
            shortcut = top;
        }
        top = prefix + "add";
        graph.addVertex(top, new ElementWiseVertex(ElementWiseVertex.Op.Add), branch, shortcut);
        relu(prefix + "relu");
    }

    /**
     * Norm and rectifier come first, and the sum is left as it is; a projection reads what they
     * give and has no norm of its own (He et al. 2016, arXiv 1603.05027; as in BiT).
     */
    private void preactivationBlock(String prefix, int planes, int stride) {
        String shortcut = top;
        int inChannels = channels;
        int outChannels = planes * architecture.block().expansion;
        norm(prefix + "bn1", 1);
        relu(prefix + "relu1");
        if (stride != 1 || inChannels != outChannels) {
            String normalized = top;
            convolution(prefix + "downsample", outChannels, 1, stride);
            shortcut = top;
            top = normalized;
            channels = inChannels;
        }
        if (architecture.block() == Architecture.Block.BOTTLENECK) {
            convolution(prefix + "conv1", planes, 1, 1);
            norm(prefix + "bn2", 1);
            relu(prefix + "relu2");
            convolution(prefix + "conv2", planes, 3, stride);
            norm(prefix + "bn3", 1);
            relu(prefix + "relu3");
            convolution(prefix + "conv3", outChannels, 1, 1);
        } else {
            convolution(prefix + "conv1", planes, 3, stride);
            norm(prefix + "bn2", 1);
            relu(prefix + "relu2");
            convolution(prefix + "conv2", outChannels, 3, 1);
        }
        String branch = top;
        top = prefix + "add";
        graph.addVertex(top, new ElementWiseVertex(ElementWiseVertex.Op.Add), branch, shortcut);
    }

    /** No bias: the norm behind it has one. He et al. 2015, fan-out, as torchvision. */
    private void convolution(String name, int outChannels, int kernel, int stride) {
        double std = Math.sqrt(2.0 / ((double) outChannels * kernel * kernel));
        ConvolutionLayer.Builder layer =
                new ConvolutionLayer.Builder(kernel, kernel)
                        .nIn(channels)
                        .nOut(outChannels)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .hasBias(false)
                        .weightInit(normal(std));
        then(
                name,
                config.weightStandardization()
                        ? new StandardizedConvolution(layer)
                        : layer.build());
        channels = outChannels;
    }

    private void norm(String name, double scale) {
        if (config.norm() == ModelConfig.Norm.GROUP) {
            then(name, new GroupNormalization(channels, groups(), GROUP_NORM_EPSILON, scale));
            return;
        }
        then(
                name,
                new BatchNormalization.Builder()
                        .nIn(channels)
                        .nOut(channels)
                        .eps(BATCH_NORM_EPSILON)
                        .decay(BATCH_NORM_DECAY)
                        .gamma(scale)
                        .useLogStd(false) // a variance, as everybody else stores it
                        .build());
    }

    /** Returns 32, or what is left of it with two channels a group and no channel over. */
    private int groups() {
        int groups = Math.max(1, Math.min(MOST_GROUPS, channels / 2));
        while (channels % groups != 0) {
            groups--;
        }
        return groups;
    }

    private void relu(String name) {
        then(name, new ActivationLayer(Activation.RELU));
    }

    private void then(String name, org.deeplearning4j.nn.conf.layers.Layer layer) {
        graph.addLayer(name, layer, top);
        top = name;
    }

    private static WeightInitDistribution normal(double std) {
        return new WeightInitDistribution(new NormalDistribution(0, std));
    }
}
