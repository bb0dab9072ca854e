package org.jft.core.engine.onednn;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many OpenMP threads the calling Java thread's parallel regions get. oneDNN's binding has no
 * call for it, ND4J's has, and both run on the one libgomp of the process.
 */
final class Threads {
    private Threads() {}

    /** Sets the number; 0 means all cores. */
    static void use(int threads) {
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        Nd4j.getEnvironment(); // loads ND4J's backend, which the holder takes for granted
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(count);
    }
}
