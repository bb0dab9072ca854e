package org.jft.bench.engine;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch's fused SGD, which Python reaches as {@code torch.optim.SGD(..., fused=True)}: one pass
 * over parameters, gradients and momentum. The default of Python and C++ takes four and allocates.
 */
final class LibtorchSgd implements AutoCloseable {
    private static final String OPERATOR = "aten::_fused_sgd_";

    private final List<Tensor> parameters;
    private final double weightDecay;
    private final OperatorHandle operator;
    private final GenericList parameterList;
    private final GenericList momentumList;

    /** Starts with a momentum of zero, laid out as the parameters are. */
    LibtorchSgd(List<Tensor> parameters, double weightDecay) {
        this.parameters = parameters;
        this.weightDecay = weightDecay;
        operator = Dispatcher.singleton().findSchemaOrThrow(OPERATOR, "");
        parameterList = list(parameters);
        List<Tensor> momenta = parameters.stream().map(torch::zeros_like).toList();
        momentumList = list(momenta);
        momenta.forEach(Tensor::close); // the list holds them
    }

    /** Updates, and lets go of the gradients as {@code zero_grad(set_to_none=True)} does. */
    void step(double momentum, double learningRate) {
        try (PointerScope scope = new PointerScope()) {
            operator.callBoxed(
                    new IValueVector(
                            new IValue(parameterList),
                            new IValue(list(parameters.stream().map(Tensor::grad).toList())),
                            new IValue(momentumList),
                            new IValue(weightDecay),
                            new IValue(momentum),
                            new IValue(learningRate),
                            new IValue(0.0), // dampening
                            new IValue(false), // Nesterov's momentum
                            new IValue(false), // maximize
                            new IValue(false), // first step: needs no momentum, ours is zero
                            new IValue(), // scale of the gradients
                            new IValue())); // found infinity
            parameters.forEach(parameter -> parameter.mutable_grad().reset());
        }
    }

    @Override
    public void close() {
        parameterList.close();
        momentumList.close();
    }

    private static GenericList list(List<Tensor> tensors) {
        TensorList typed = new TensorList(new TensorVector(tensors.get(0)));
        GenericList list = new GenericList(typed.elementType());
        tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
        return list;
    }
}
