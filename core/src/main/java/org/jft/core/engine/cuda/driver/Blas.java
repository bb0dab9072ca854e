package org.jft.core.engine.cuda.driver;

/** cuBLASLt: products of matrices. */
public interface Blas extends AutoCloseable {
    /**
     * D = op(A) op(B), column-major: op(A) is rows x depth, op(B) depth x columns. Summed in
     * float32.
     *
     * @param transposeA whether A lies as depth x rows
     * @param transposeB whether B lies as columns x depth
     * @param in type of A and B
     * @param out type of D
     * @param roundInputs whether float32 may be rounded to tf32 on the way
     */
    record Product(
            int rows,
            int columns,
            int depth,
            boolean transposeA,
            boolean transposeB,
            Element in,
            Element out,
            boolean roundInputs) {
        @Override
        public String toString() {
            return "product of %dx%d and %dx%d in %s".formatted(rows, depth, depth, columns, in);
        }
    }

    /** A product with the algorithm that cuBLASLt chose for it. */
    interface Plan extends AutoCloseable {
        @Override
        void close();
    }

    /** Plans a product; the algorithm needs no more than {@code workspaceBytes}. */
    Plan plan(Product product, long workspaceBytes);

    /** Enqueues a product. */
    void multiply(Plan plan, long a, long b, long d, long workspace, Stream stream);

    @Override
    void close();
}
