package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_COMP_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_CONV_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_DILATIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_POST_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATIONGRAPH_OPS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_GENSTATS_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_GENSTATS_XDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_XDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_EXP_AVG_FACTOR_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_INPUT_RUNNING_MEAN_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_INPUT_RUNNING_VAR_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_OUTPUT_RUNNING_MEAN_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_OUTPUT_RUNNING_VAR_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_PHASE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_XDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_YDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_BDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_XDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_POINTWISE_YDESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_MATH_PREC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_NAN_PROPAGATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_IS_BY_VALUE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_IS_VIRTUAL;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_POINTWISE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BATCH_NORM;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BOOLEAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_HALF;
import static org.bytedeco.cuda.global.cudnn.CUDNN_GENSTATS_SUM_SQSUM;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NORM_FWD_TRAINING;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POINTWISE_ADD;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POINTWISE_CMP_GT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POINTWISE_MUL;
import static org.bytedeco.cuda.global.cudnn.CUDNN_POINTWISE_RELU_FWD;
import static org.bytedeco.cuda.global.cudnn.CUDNN_PROPAGATE_NAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_CONVOLUTION_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_DATA_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_GENSTATS_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NAN_PROPOGATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NORM_FWD_PHASE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NORM_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_POINTWISE_MODE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardData;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionBackwardFilter;
import org.jft.core.engine.cuda.driver.OperationGraph.ConvolutionForward;
import org.jft.core.engine.cuda.driver.OperationGraph.GenStats;
import org.jft.core.engine.cuda.driver.OperationGraph.NormBackward;
import org.jft.core.engine.cuda.driver.OperationGraph.NormForward;
import org.jft.core.engine.cuda.driver.OperationGraph.Operation;
import org.jft.core.engine.cuda.driver.OperationGraph.Pointwise;
import org.jft.core.engine.cuda.driver.OperationGraph.Running;
import org.jft.core.engine.cuda.driver.OperationGraph.Sliding;

/** Turns an {@link OperationGraph} into cuDNN's descriptors. All arithmetic is in float32. */
final class GraphDescription {
    private static final long ALIGNMENT = 16; // of every array, bytes
    private static final long SPATIAL_DIMENSIONS = 2;

    private final Descriptors into;
    private final OperationGraph graph;
    private final Map<Array, Long> uids = new HashMap<>();
    private final Map<Array, cudnnBackendDescriptor_t> tensors = new HashMap<>();

    GraphDescription(Descriptors into, OperationGraph graph) {
        this.into = into;
        this.graph = graph;
        long uid = 1;
        for (Array array : graph.arrays()) {
            uids.put(array, uid++);
        }
    }

    /** Returns the number that stands for an array. */
    long uid(Array array) {
        return uids.get(array);
    }

    /** Describes every operation; needs no GPU. */
    List<cudnnBackendDescriptor_t> operations() {
        List<cudnnBackendDescriptor_t> all = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            all.add(describe(operation));
        }
        return all;
    }

    /** Describes the graph. */
    cudnnBackendDescriptor_t describe(cudnnContext handle) {
        List<cudnnBackendDescriptor_t> operations = operations();
        cudnnBackendDescriptor_t whole = into.create(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        into.setDescriptors(whole, CUDNN_ATTR_OPERATIONGRAPH_OPS, operations);
        into.setHandle(whole, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
        return into.finish(whole);
    }

    private cudnnBackendDescriptor_t describe(Operation operation) {
        if (operation instanceof ConvolutionForward convolution) {
            return forward(convolution);
        }
        if (operation instanceof ConvolutionBackwardData convolution) {
            return backwardData(convolution);
        }
        if (operation instanceof ConvolutionBackwardFilter convolution) {
            return backwardFilter(convolution);
        }
        if (operation instanceof Pointwise pointwise) {
            return pointwise(pointwise);
        }
        if (operation instanceof GenStats statistics) {
            return genStats(statistics);
        }
        return operation instanceof NormForward norm
                ? normForward(norm)
                : normBackward((NormBackward) operation);
    }

    private static int type(Element element) {
        return switch (element) {
            case FLOAT -> CUDNN_DATA_FLOAT;
            case HALF -> CUDNN_DATA_HALF;
            case BFLOAT16 -> CUDNN_DATA_BFLOAT16;
            case BIT -> CUDNN_DATA_BOOLEAN;
        };
    }

    private cudnnBackendDescriptor_t tensor(Array array) {
        return tensors.computeIfAbsent(array, this::describe);
    }

    private cudnnBackendDescriptor_t describe(Array array) {
        cudnnBackendDescriptor_t tensor = into.create(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        into.setEnum(
                tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type(array.element()));
        into.setLongs(
                tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, array.n(), array.c(), array.h(), array.w());
        into.setLongs(
                tensor,
                CUDNN_ATTR_TENSOR_STRIDES,
                array.c() * array.h() * array.w(),
                1,
                array.c() * array.w(),
                array.c());
        into.setLongs(tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, uid(array));
        into.setLongs(tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
        if (array.virtual()) {
            into.setTrue(tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL);
        }
        if (array.value().isPresent()) {
            into.setTrue(tensor, CUDNN_ATTR_TENSOR_IS_BY_VALUE);
        }
        return into.finish(tensor);
    }

    private cudnnBackendDescriptor_t sliding(Sliding sliding) {
        cudnnBackendDescriptor_t convolution = into.create(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
        into.setEnum(
                convolution,
                CUDNN_ATTR_CONVOLUTION_COMP_TYPE,
                CUDNN_TYPE_DATA_TYPE,
                CUDNN_DATA_FLOAT);
        into.setEnum(
                convolution,
                CUDNN_ATTR_CONVOLUTION_CONV_MODE,
                CUDNN_TYPE_CONVOLUTION_MODE,
                CUDNN_CROSS_CORRELATION);
        into.setLongs(convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, SPATIAL_DIMENSIONS);
        into.setLongs(convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, sliding.before());
        into.setLongs(convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, sliding.after());
        into.setLongs(convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS, sliding.dilation());
        into.setLongs(convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, sliding.stride());
        return into.finish(convolution);
    }

    private cudnnBackendDescriptor_t forward(ConvolutionForward it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, it.x());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, it.w());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, it.y());
        into.setDescriptor(
                operation,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                sliding(it.sliding()));
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1);
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0);
        return into.finish(operation);
    }

    private cudnnBackendDescriptor_t backwardData(ConvolutionBackwardData it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, it.dy());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, it.w());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, it.dx());
        into.setDescriptor(
                operation,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                sliding(it.sliding()));
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1);
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0);
        return into.finish(operation);
    }

    private cudnnBackendDescriptor_t backwardFilter(ConvolutionBackwardFilter it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR);
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, it.x());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, it.dy());
        set(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, it.dw());
        into.setDescriptor(
                operation,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                sliding(it.sliding()));
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1);
        into.setFloat(operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 0);
        return into.finish(operation);
    }

    private cudnnBackendDescriptor_t pointwise(Pointwise it) {
        int mode =
                switch (it.mode()) {
                    case ADD -> CUDNN_POINTWISE_ADD;
                    case MULTIPLY -> CUDNN_POINTWISE_MUL;
                    case RELU -> CUDNN_POINTWISE_RELU_FWD;
                    case GREATER -> CUDNN_POINTWISE_CMP_GT;
                };
        cudnnBackendDescriptor_t function = into.create(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
        into.setEnum(function, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
        into.setEnum(
                function, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
        if (it.mode() == Pointwise.Mode.RELU) {
            into.setEnum(
                    function,
                    CUDNN_ATTR_POINTWISE_NAN_PROPAGATION,
                    CUDNN_TYPE_NAN_PROPOGATION,
                    CUDNN_PROPAGATE_NAN);
            into.setDouble(function, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, 0);
            into.setDouble(function, CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, Float.MAX_VALUE);
            into.setDouble(function, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 0);
        }
        into.finish(function);
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
        into.setDescriptor(operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, function);
        set(operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, it.x());
        it.b().ifPresent(b -> set(operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b));
        set(operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, it.y());
        into.setFloat(operation, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 1);
        into.setFloat(operation, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, 1);
        return into.finish(operation);
    }

    private cudnnBackendDescriptor_t genStats(GenStats it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR);
        into.setEnum(
                operation,
                CUDNN_ATTR_OPERATION_GENSTATS_MODE,
                CUDNN_TYPE_GENSTATS_MODE,
                CUDNN_GENSTATS_SUM_SQSUM);
        into.setEnum(
                operation,
                CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC,
                CUDNN_TYPE_DATA_TYPE,
                CUDNN_DATA_FLOAT);
        set(operation, CUDNN_ATTR_OPERATION_GENSTATS_XDESC, it.x());
        set(operation, CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC, it.sum());
        set(operation, CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC, it.squares());
        return into.finish(operation);
    }

    private cudnnBackendDescriptor_t normForward(NormForward it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR);
        into.setEnum(
                operation,
                CUDNN_ATTR_OPERATION_NORM_FWD_MODE,
                CUDNN_TYPE_NORM_MODE,
                CUDNN_BATCH_NORM);
        into.setEnum(
                operation,
                CUDNN_ATTR_OPERATION_NORM_FWD_PHASE,
                CUDNN_TYPE_NORM_FWD_PHASE,
                CUDNN_NORM_FWD_TRAINING);
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_XDESC, it.x());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC, it.scale());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC, it.shift());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC, it.epsilon());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC, it.mean());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC, it.inverse());
        set(operation, CUDNN_ATTR_OPERATION_NORM_FWD_YDESC, it.y());
        it.running().ifPresent(running -> set(operation, running));
        return into.finish(operation);
    }

    private void set(cudnnBackendDescriptor_t norm, Running it) {
        set(norm, CUDNN_ATTR_OPERATION_NORM_FWD_INPUT_RUNNING_MEAN_DESC, it.meanBefore());
        set(norm, CUDNN_ATTR_OPERATION_NORM_FWD_INPUT_RUNNING_VAR_DESC, it.varianceBefore());
        set(norm, CUDNN_ATTR_OPERATION_NORM_FWD_EXP_AVG_FACTOR_DESC, it.rate());
        set(norm, CUDNN_ATTR_OPERATION_NORM_FWD_OUTPUT_RUNNING_MEAN_DESC, it.mean());
        set(norm, CUDNN_ATTR_OPERATION_NORM_FWD_OUTPUT_RUNNING_VAR_DESC, it.variance());
    }

    private cudnnBackendDescriptor_t normBackward(NormBackward it) {
        cudnnBackendDescriptor_t operation =
                into.create(CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR);
        into.setEnum(
                operation,
                CUDNN_ATTR_OPERATION_NORM_BWD_MODE,
                CUDNN_TYPE_NORM_MODE,
                CUDNN_BATCH_NORM);
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_XDESC, it.x());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC, it.dy());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC, it.scale());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC, it.mean());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC, it.inverse());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC, it.dscale());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC, it.dshift());
        set(operation, CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC, it.dx());
        return into.finish(operation);
    }

    private void set(cudnnBackendDescriptor_t operation, int name, Array array) {
        into.setDescriptor(operation, name, tensor(array));
    }
}
