package org.jft.core.engine.cuda;

import org.jft.core.engine.cuda.driver.Blas;
import org.jft.core.engine.cuda.driver.Compiler;
import org.jft.core.engine.cuda.driver.Cuda;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Nccl;

/** A GPU and the libraries on it; a test puts fakes here. */
record Libraries(Gpu gpu, Dnn dnn, Blas blas, Compiler compiler, Nccl nccl) {
    /** Opens them, NCCL not before it is used; says which one is missing. */
    static Libraries open(int device) {
        Gpu gpu = Cuda.open(device);
        return new Libraries(gpu, Cuda.dnn(gpu), Cuda.blas(gpu), Cuda.compiler(), Cuda.nccl());
    }
}
