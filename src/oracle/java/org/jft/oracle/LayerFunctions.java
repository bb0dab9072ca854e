package org.jft.oracle;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.StandardizedConvolution;

/** What the layer of one name computes, by DL4J's rules, with libtorch's functions. */
final class LayerFunctions {
    private static final long[] NONE = {0, 0};
    private static final long[] ONE = {1, 1};

    /** Gives the layer's parameters. */
    @FunctionalInterface
    interface Parameters {
        Tensor of(Kind kind);
    }

    private final String name;
    private final Parameters parameters;
    private final boolean frozen;
    private final Probe probe;

    LayerFunctions(String name, Parameters parameters, boolean frozen, Probe probe) {
        this.name = name;
        this.parameters = parameters;
        this.frozen = frozen;
        this.probe = probe;
    }

    /** Returns the function, or nothing where a layer is not among the known ones. */
    Optional<Function> of(Layer layer) {
        if (layer.getClass() == ConvolutionLayer.class) {
            ConvolutionLayer convolution = (ConvolutionLayer) layer;
            return activated(
                    convolution(convolution, weight -> weight, 1), convolution.getActivationFn());
        }
        if (layer instanceof StandardizedConvolution standardized) {
            return activated(
                    convolution(standardized, LayerFunctions::standardized, 1),
                    standardized.getActivationFn());
        }
        if (layer instanceof GroupNormalization norm) {
            return Optional.of(groupNorm(norm));
        }
        if (layer instanceof DepthwiseConvolution2D depthwise) {
            return activated(
                    convolution(depthwise, LayerFunctions::grouped, depthwise.getNIn()),
                    depthwise.getActivationFn());
        }
        if (layer instanceof BatchNormalization norm) {
            return Optional.of(batchNorm(norm));
        }
        if (layer.getClass() == DenseLayer.class) {
            DenseLayer dense = (DenseLayer) layer;
            return activated(dense(dense), dense.getActivationFn());
        }
        if (layer instanceof ActivationLayer activation) {
            return activated(x -> x, activation.getActivationFn());
        }
        if (layer instanceof SubsamplingLayer pool) {
            return pool(pool);
        }
        if (layer instanceof GlobalPoolingLayer pool) {
            return globalPool(pool);
        }
        if (layer instanceof Upsampling2D upsampling) {
            int[] factor = upsampling.getSize();
            return Optional.of(
                    (in, training) -> {
                        Tensor x = in.get(0);
                        return torch.upsample_nearest2d(
                                x, factor[0] * x.size(2), factor[1] * x.size(3));
                    });
        }
        return Optional.empty();
    }

    private Optional<Function> activated(
            UnaryOperator<Tensor> linear, org.nd4j.linalg.activations.IActivation activation) {
        return Activations.of(activation, probe)
                .map(after -> (in, training) -> after.apply(linear.apply(in.get(0))));
    }

    /** [kh, kw, in, multiplier] -> [in * multiplier, 1, kh, kw]. */
    private static Tensor grouped(Tensor weight) {
        return weight.permute(2, 3, 0, 1).reshape(-1, 1, weight.size(0), weight.size(1));
    }

    /** As BiT has it: torch's var_mean of each output channel. */
    private static Tensor standardized(Tensor weight) {
        Tensor rows = weight.flatten(1, -1);
        long[] alongRow = {1};
        Tensor mean = rows.mean(alongRow, true, new ScalarTypeOptional());
        Tensor centred = rows.sub(mean);
        Tensor variance = centred.mul(centred).mean(alongRow, true, new ScalarTypeOptional());
        Tensor deviation = variance.add(new Scalar(StandardizedConvolution.EPSILON)).sqrt();
        return centred.div(deviation)
                .reshape(weight.size(0), weight.size(1), weight.size(2), weight.size(3));
    }

    private UnaryOperator<Tensor> convolution(
            ConvolutionLayer layer, UnaryOperator<Tensor> shaped, long groups) {
        Tensor weight = parameters.of(Kind.WEIGHT);
        Borders borders =
                Borders.of(
                        layer.getConvolutionMode(),
                        layer.getKernelSize(),
                        layer.getStride(),
                        layer.getDilation(),
                        layer.getPadding());
        boolean hasBias = layer.hasBias();
        return x ->
                torch.conv2d(
                        borders.same() ? borders.around(x, 0) : x,
                        shaped.apply(weight).to(x.scalar_type()),
                        bias(hasBias, x),
                        borders.stride(),
                        borders.same() ? NONE : borders.fixed(),
                        borders.dilation(),
                        groups);
    }

    private UnaryOperator<Tensor> dense(DenseLayer layer) {
        Tensor weight = parameters.of(Kind.WEIGHT);
        boolean hasBias = layer.hasBias();
        return x -> torch.linear(x, weight.to(x.scalar_type()), bias(hasBias, x));
    }

    private TensorOptional bias(boolean present, Tensor x) {
        return present
                ? new TensorOptional(parameters.of(Kind.BIAS).to(x.scalar_type()))
                : new TensorOptional();
    }

    private Function batchNorm(BatchNormalization layer) {
        TensorOptional scale = new TensorOptional(parameters.of(Kind.SCALE));
        TensorOptional shift = new TensorOptional(parameters.of(Kind.SHIFT));
        TensorOptional mean = new TensorOptional(parameters.of(Kind.RUNNING_MEAN));
        TensorOptional variance = new TensorOptional(parameters.of(Kind.RUNNING_VARIANCE));
        double momentum = 1 - layer.getDecay();
        double epsilon = layer.getEps();
        return (in, training) -> {
            boolean batchStatistics = training && !frozen;
            if (batchStatistics) {
                probe.normalizes(name, in.get(0));
            }
            return torch.batch_norm(
                    in.get(0),
                    scale,
                    shift,
                    mean,
                    variance,
                    batchStatistics,
                    momentum,
                    epsilon,
                    false);
        };
    }

    private Function groupNorm(GroupNormalization layer) {
        TensorOptional scale = new TensorOptional(parameters.of(Kind.SCALE));
        TensorOptional shift = new TensorOptional(parameters.of(Kind.SHIFT));
        return (in, training) ->
                torch.group_norm(
                        in.get(0), layer.getGroups(), scale, shift, layer.getEpsilon(), false);
    }

    private Optional<Function> pool(SubsamplingLayer layer) {
        Borders borders =
                Borders.of(
                        layer.getConvolutionMode(),
                        layer.getKernelSize(),
                        layer.getStride(),
                        layer.getDilation(),
                        layer.getPadding());
        if (layer.getPoolingType() == PoolingType.MAX) {
            return Optional.of((in, training) -> maximum(in.get(0), borders));
        }
        boolean dilated = borders.dilation()[0] > 1 || borders.dilation()[1] > 1;
        if (layer.getPoolingType() == PoolingType.AVG && !dilated) {
            boolean countPadding = layer.isAvgPoolIncludePadInDivisor();
            return Optional.of((in, training) -> average(in.get(0), borders, countPadding));
        }
        return Optional.empty();
    }

    private Tensor maximum(Tensor x, Borders borders) {
        Tensor padded = borders.around(x, Double.NEGATIVE_INFINITY);
        probe.maximum(padded, borders.kernel(), borders.stride(), borders.dilation());
        return torch.max_pool2d(
                borders.same() ? padded : x,
                borders.kernel(),
                borders.stride(),
                borders.same() ? NONE : borders.fixed(),
                borders.dilation(),
                false);
    }

    private static Tensor average(Tensor x, Borders borders, boolean countPadding) {
        Tensor means = windowMeans(borders.around(x, 0), borders);
        if (countPadding) {
            return means;
        }
        Tensor inside = windowMeans(borders.around(torch.ones_like(x.detach()), 0), borders);
        return means.div(inside); // the share of the window that lies on the image
    }

    private static Tensor windowMeans(Tensor x, Borders borders) {
        return torch.avg_pool2d(
                x, borders.kernel(), borders.stride(), NONE, false, true, new LongOptional());
    }

    private Optional<Function> globalPool(GlobalPoolingLayer layer) {
        PoolingType type = layer.getPoolingType();
        if (type != PoolingType.AVG && type != PoolingType.MAX) {
            return Optional.empty();
        }
        return Optional.of(
                (in, training) -> {
                    Tensor x = in.get(0);
                    Tensor pooled;
                    if (type == PoolingType.AVG) {
                        pooled = torch.adaptive_avg_pool2d(x, ONE);
                    } else {
                        long[] all = {x.size(2), x.size(3)};
                        probe.maximum(x, all, ONE, ONE);
                        pooled = torch.adaptive_max_pool2d(x, ONE).get0();
                    }
                    return layer.isCollapseDimensions() ? torch.flatten(pooled, 1, -1) : pooled;
                });
    }
}
