package org.jft.core.engine.cuda.driver;

/** Why cuDNN gave no plan: the first refusal counts, but a fault before one that is none. */
final class Refusals {
    private CudaException first;

    void add(CudaException refusal) {
        boolean fault = !(refusal instanceof CudaException.Unsupported);
        if (first == null || fault && first instanceof CudaException.Unsupported) {
            first = refusal;
        }
    }

    /**
     * Returns what to throw when there is no plan: {@link CudaException.Unsupported} if that is all
     * that was heard, or nothing was.
     */
    CudaException reason(String subject) {
        return first != null
                ? first
                : new CudaException.Unsupported("cuDNN proposes no engine for " + subject);
    }
}
