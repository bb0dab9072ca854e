package org.jft.core.engine.nd4j;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Nd4jCuda;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.failure.ConfigException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes {@code nd4j} engines. */
public final class Nd4jEngineFactory implements EngineFactory {
    /** Activation gradients, convolution scratch and the normalised copy in a batch norm. */
    private static final int WORKING_COPIES_OF_LARGEST = 6;

    @Override
    public String name() {
        return "nd4j";
    }

    /** Whether DL4J is on a GPU; on a CPU other engines are faster. */
    @Override
    public boolean fits() {
        return Nd4jCuda.onClassPath();
    }

    @Override
    public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
        if (config.precision() != Precision.FP32) {
            throw new ConfigException(
                    "engine.precision: the nd4j engine knows fp32 only; onednn has %s"
                            .formatted(config.precision()));
        }
        if (config.recompute()) {
            throw new ConfigException(
                    "engine.recompute: the nd4j engine keeps every activation; onednn can recompute");
        }
        if (Nd4jCuda.onClassPath() && config.device() > 0) {
            throw new ConfigException(
                    "engine.device: DL4J on CUDA runs on the first GPU it sees, with one worker per"
                            + " host, not on GPU %s; choose it with CUDA_VISIBLE_DEVICES"
                                    .formatted(config.device()));
        }
        if (config.threads() > 0) {
            Nd4j.getEnvironment().setMaxThreads(config.threads());
            Nd4j.getEnvironment().setMaxMasterThreads(config.threads());
        }
        return new Nd4jEngine(network, batchSize);
    }

    @Override
    public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
        long parameterCount =
                network.graph().getVertices().values().stream()
                        .mapToLong(vertex -> vertex.numParams(true))
                        .sum();
        InputType[] inputs = network.inputTypes().toArray(InputType[]::new);
        long all = 0;
        long largest = 0;
        for (InputType activation :
                network.graph().clone().getLayerActivationTypes(inputs).values()) {
            long elements = activation.arrayElementsPerExample();
            all += elements;
            largest = Math.max(largest, elements);
        }
        long activations = (all + WORKING_COPIES_OF_LARGEST * largest) * batchSize;
        return Float.BYTES * (2 * parameterCount + activations);
    }

    @Override
    public double matrixMultiplyFlops(EngineConfig config) {
        int n = 1024;
        double best = 0;
        try (INDArray a = Nd4j.rand(DataType.FLOAT, n, n);
                INDArray b = Nd4j.rand(DataType.FLOAT, n, n);
                INDArray c = Nd4j.createUninitialized(DataType.FLOAT, new long[] {n, n}, 'f')) {
            for (int i = 0; i < 5; i++) { // the first ones warm up
                long start = System.nanoTime();
                a.mmuli(b, c);
                Nd4j.getExecutioner().commit(); // a GPU only queues it
                best = Math.max(best, 2.0 * n * n * n / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }
}
