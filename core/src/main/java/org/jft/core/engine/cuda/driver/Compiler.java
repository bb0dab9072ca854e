package org.jft.core.engine.cuda.driver;

import java.util.List;

/** NVRTC: CUDA C++ to machine code. Needs no GPU. */
public interface Compiler {
    /** Returns the version, 1000 major + 10 minor. */
    int version();

    /**
     * Compiles.
     *
     * @param name of the source, for messages
     * @param options such as {@code --gpu-architecture=sm_90}
     * @throws CudaException with the first error of the log
     */
    byte[] compile(String name, String source, List<String> options);
}
