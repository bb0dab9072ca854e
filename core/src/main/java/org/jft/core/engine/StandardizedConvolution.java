package org.jft.core.engine;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution whose weights are standardised before use (Qiao et al. 2019, arXiv 1903.10520): of
 * each output channel to mean 0 and variance 1, with {@link #EPSILON} beside the variance. The
 * parameters are the weights as they are before that. DL4J has no such layer. A graph with it is
 * restored by DL4J where this class is on the class path.
 */
public final class StandardizedConvolution extends ConvolutionLayer {
    /** Added to the variance, as in BiT (Kolesnikov et al. 2020, arXiv 1912.11370). */
    public static final double EPSILON = 1e-10;

    private static final long serialVersionUID = 1L;

    /** For DL4J, which then sets each property. */
    public StandardizedConvolution() {}

    /** Describes. */
    public StandardizedConvolution(ConvolutionLayer.Builder builder) {
        super(builder);
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
                new StandardizedConvolutionLayer(conf, type),
                listeners,
                index,
                parameters,
                initialize);
    }
}
