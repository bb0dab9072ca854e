package org.jft.core.engine.program;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.StandardizedConvolution;
import org.jft.core.engine.program.Op.Activation;
import org.nd4j.linalg.activations.IActivation;

/**
 * Lowers DL4J's layers. A layer's class must be known exactly: DL4J's class hierarchy is one of
 * code, not of meaning (a deconvolution is a kind of convolution there).
 */
final class LayerLowering {
    private final ProgramBuilder program;
    private final Parameters parameters;
    private final long seed;

    /**
     * Prepares.
     *
     * @param seed of the graph
     */
    LayerLowering(ProgramBuilder program, Parameters parameters, long seed) {
        this.program = program;
        this.parameters = parameters;
        this.seed = seed;
    }

    /** Adds a layer's nodes and returns its result, which may be its input. */
    Value lower(Site site, Layer layer, Value input) {
        if (layer instanceof BaseLayer parameterized && parameterized.getWeightNoise() != null) {
            throw site.refuse("its weights are noisy in training");
        }
        Class<?> type = layer.getClass();
        if (type == ConvolutionLayer.class || type == StandardizedConvolution.class) {
            return convolution(site, (ConvolutionLayer) layer, false, input);
        }
        if (type == DepthwiseConvolution2D.class) {
            return convolution(site, (ConvolutionLayer) layer, true, input);
        }
        if (type == BatchNormalization.class) {
            return batchNorm(site, (BatchNormalization) layer, input);
        }
        if (type == GroupNormalization.class) {
            GroupNormalization norm = (GroupNormalization) layer;
            Op op =
                    new Op.GroupNorm(
                            norm.getGroups(),
                            norm.getEpsilon(),
                            parameters.get(site, Kind.SCALE),
                            parameters.get(site, Kind.SHIFT));
            return program.add(site, op, input.shape(), input);
        }
        if (type == ActivationLayer.class) {
            return Activations.lower(site, ((ActivationLayer) layer).getActivationFn())
                    .map(op -> program.add(site, op, input.shape(), input))
                    .orElse(input);
        }
        if (type == DenseLayer.class) {
            return dense(site, (DenseLayer) layer, input);
        }
        if (type == SubsamplingLayer.class) {
            return pool(site, (SubsamplingLayer) layer, input);
        }
        if (type == GlobalPoolingLayer.class) {
            return globalPool(site, (GlobalPoolingLayer) layer, input);
        }
        if (type == Upsampling2D.class) {
            return upsampling(site, (Upsampling2D) layer, input);
        }
        if (type == DropoutLayer.class) {
            return dropout(site, "", layer.getIDropout(), input);
        }
        throw unknown(site, layer);
    }

    private static RuntimeException unknown(Site site, Layer layer) {
        if (layer instanceof BaseOutputLayer
                || layer instanceof LossLayer
                || layer instanceof CnnLossLayer) {
            return site.problem("has a loss, and the loss lives outside the graph");
        }
        return site.refuse("no op for this layer");
    }

    private Value convolution(Site site, ConvolutionLayer layer, boolean depthwise, Value input) {
        requireChannelsFirst(site, layer.getCnn2dDataFormat());
        Shape image = input.shape();
        Window window = Windows.of(site, layer, image);
        int out = Math.toIntExact(layer.getNOut());
        long length =
                (long) out
                        * (depthwise ? 1 : image.channels())
                        * window.kernel().vertical()
                        * window.kernel().horizontal();
        Slice weight = parameters.weights(site, length, image);
        Value kept = dropout(site, "/dropout", layer.getIDropout(), input);
        boolean standardized = layer instanceof StandardizedConvolution;
        Op op =
                new Op.Convolution(
                        window, depthwise, standardized, weight, parameters.find(site, Kind.BIAS));
        Value result = program.add(site, op, window.apply(image, out), kept);
        return activation(site, layer.getActivationFn(), result);
    }

    private Value dense(Site site, DenseLayer layer, Value input) {
        if (layer.hasLayerNorm()) {
            throw site.refuse("it has a layer normalization");
        }
        int out = Math.toIntExact(layer.getNOut());
        long length = (long) out * input.shape().elements();
        Slice weight = parameters.weights(site, length, input.shape());
        Value kept = dropout(site, "/dropout", layer.getIDropout(), input);
        Op op = new Op.Dense(weight, parameters.find(site, Kind.BIAS));
        Value result = program.add(site, op, Shape.ofVector(out), kept);
        return activation(site, layer.getActivationFn(), result);
    }

    /** DL4J applies neither the activation nor the dropout of a batch norm. */
    private Value batchNorm(Site site, BatchNormalization layer, Value input) {
        requireChannelsFirst(site, layer.getCnn2DFormat());
        if (layer.isLockGammaBeta()) {
            throw site.refuse("its gamma and beta are locked");
        }
        if (layer.isUseLogStd()) {
            throw site.refuse("it keeps a logarithm of the variance (useLogStd)");
        }
        Op op =
                new Op.BatchNorm(
                        layer.getEps(),
                        layer.getDecay(),
                        parameters.get(site, Kind.SCALE),
                        parameters.get(site, Kind.SHIFT),
                        parameters.get(site, Kind.RUNNING_MEAN),
                        parameters.get(site, Kind.RUNNING_VARIANCE));
        return program.add(site, op, input.shape(), input);
    }

    /** DL4J applies no dropout of a pooling layer. */
    private Value pool(Site site, SubsamplingLayer layer, Value input) {
        requireChannelsFirst(site, layer.getCnn2dDataFormat());
        Op.Pool.Kind kind = kind(site, layer.getPoolingType());
        Window window = Windows.of(site, layer, input.shape());
        boolean dilated = window.dilation().vertical() > 1 || window.dilation().horizontal() > 1;
        if (dilated && layer.getConvolutionMode() == ConvolutionMode.Same) {
            throw site.refuse("libnd4j pads its dilated window in a way of its own in mode Same");
        }
        Op op = new Op.Pool(kind, window, layer.isAvgPoolIncludePadInDivisor());
        return program.add(site, op, window.apply(input.shape(), input.shape().channels()), input);
    }

    /** A collapsed result is C x 1 x 1 as well. */
    private Value globalPool(Site site, GlobalPoolingLayer layer, Value input) {
        Op op = new Op.Pool(kind(site, layer.getPoolingType()), Window.over(input.shape()), false);
        return program.add(site, op, Shape.ofVector(input.shape().channels()), input);
    }

    private static Op.Pool.Kind kind(Site site, PoolingType type) {
        return switch (type) {
            case MAX -> Op.Pool.Kind.MAX;
            case AVG -> Op.Pool.Kind.AVERAGE;
            case SUM, PNORM -> throw site.refuse("no op for the pooling %s", type);
        };
    }

    private Value upsampling(Site site, Upsampling2D layer, Value input) {
        requireChannelsFirst(site, layer.getFormat());
        Value kept = dropout(site, "/dropout", layer.getIDropout(), input);
        Shape image = input.shape();
        Shape larger =
                new Shape(
                        image.channels(),
                        image.height() * layer.getSize()[0],
                        image.width() * layer.getSize()[1]);
        return program.add(site, new Op.Resize(Op.Resize.Method.NEAREST), larger, kept);
    }

    private Value activation(Site site, IActivation function, Value input) {
        Optional<Activation> op = Activations.lower(site, function);
        return op.map(known -> program.add(site, "/activation", known, input.shape(), input))
                .orElse(input);
    }

    /** DL4J's p is the probability to stay; none and 1 are no dropout. */
    private Value dropout(Site site, String suffix, IDropout dropout, Value input) {
        if (dropout == null) {
            return input;
        }
        if (dropout.getClass() != Dropout.class || ((Dropout) dropout).getPSchedule() != null) {
            throw site.refuse("no op for the dropout %s", dropout.getClass().getSimpleName());
        }
        double keep = ((Dropout) dropout).getP();
        if (keep >= 1) {
            return input;
        }
        Op op = new Op.Dropout(keep, maskSeed(site.name() + suffix));
        return program.add(site, suffix, op, input.shape(), input);
    }

    /** A seed for each node, so that a new head does not change the backbone's masks. */
    private long maskSeed(String node) {
        return Hashing.sipHash24(seed, 0).hashString(node, StandardCharsets.UTF_8).asLong();
    }

    private static void requireChannelsFirst(Site site, CNN2DFormat format) {
        if (format != CNN2DFormat.NCHW) {
            throw site.refuse("its images are %s, not NCHW", format);
        }
    }
}
