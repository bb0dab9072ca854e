package org.jft.core.engine.cuda;

import java.nio.file.Path;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.Gpu;

/**
 * A GPU with its libraries, our kernels on it, and all that was made on it; closes them together.
 */
final class Device implements AutoCloseable {
    private final Gpu gpu;
    private final Dnn dnn;
    private final Blas blas;
    private final Kernels kernels;
    private final PlanChooser plans;
    private final Scope scope = new Scope();

    /**
     * Takes over libraries that are open.
     *
     * @param cache where compiled kernels and chosen plans are kept between processes
     */
    Device(Libraries libraries, Precision precision, Path cache) {
        gpu = own(libraries.gpu());
        dnn = own(libraries.dnn());
        blas = own(libraries.blas());
        try {
            kernels =
                    own(
                            new Kernels(
                                    gpu,
                                    libraries.compiler(),
                                    precision,
                                    cache.resolve("kernels")));
            plans = own(new PlanChooser(gpu, dnn, precision, cache.resolve("plans")));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Keeps something that is closed with the device. */
    <T extends AutoCloseable> T own(T made) {
        return scope.own(made);
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

    Kernels kernels() {
        return kernels;
    }

    PlanChooser plans() {
        return plans;
    }

    @Override
    public void close() {
        scope.close();
    }
}
