package org.jft.core.engine.cuda;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Nccl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A GPU with its libraries, our kernels on it, and all that was made on it; closes them together.
 */
final class Device implements AutoCloseable {
    private final Gpu gpu;
    private final Dnn dnn;
    private final Blas blas;
    private final Nccl nccl;
    private final Kernels kernels;
    private final Choices choices;
    private final PlanChooser plans;
    private static final Logger LOG = LoggerFactory.getLogger(Device.class);

    private final Scope scope = new Scope();
    private final Set<String> noted = new HashSet<>();

    /**
     * Takes over libraries that are open.
     *
     * @param cache where compiled kernels and chosen plans are kept between processes
     */
    Device(Libraries libraries, Precision precision, Path cache) {
        gpu = own(libraries.gpu());
        dnn = own(libraries.dnn());
        blas = own(libraries.blas());
        nccl = libraries.nccl();
        try {
            kernels =
                    own(
                            new Kernels(
                                    gpu,
                                    libraries.compiler(),
                                    precision,
                                    cache.resolve("kernels")));
            choices = new Choices(gpu.info(), dnn.version(), precision, cache.resolve("plans"));
            plans = own(new PlanChooser(gpu, dnn, precision == Precision.FP32, choices));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Keeps something that is closed with the device. */
    <T extends AutoCloseable> T own(T made) {
        return scope.own(made);
    }

    /** Logs something once, however often it comes up. */
    void note(String message) {
        if (noted.add(message)) {
            LOG.info(message);
        }
    }

    Scope scope() {
        return scope;
    }

    Gpu gpu() {
        return gpu;
    }

    Dnn dnn() {
        return dnn;
    }

    Blas blas() {
        return blas;
    }

    Nccl nccl() {
        return nccl;
    }

    Kernels kernels() {
        return kernels;
    }

    Choices choices() {
        return choices;
    }

    PlanChooser plans() {
        return plans;
    }

    @Override
    public void close() {
        scope.close();
    }
}
