package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSA;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_DESC_TRANSB;
import static org.bytedeco.cuda.global.cublas.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cublas.CUBLAS_STATUS_NOT_SUPPORTED;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** cuBLASLt over its C interface. */
final class JavaCppBlas implements Blas {
    private final String device;
    private final cublasLtContext handle = new cublasLtContext();
    private final FloatPointer one = new FloatPointer(new float[] {1});
    private final FloatPointer zero = new FloatPointer(new float[] {0});

    JavaCppBlas(String device) {
        this.device = device;
        check(cublas.cublasLtCreate(handle), "cublasLtCreate");
    }

    private void check(int status, String call) {
        if (status != 0) {
            throw failure(status, call);
        }
    }

    private CudaException failure(int status, String call) {
        String message =
                "%s failed on %s: %s"
                        .formatted(
                                call, device, cublas.cublasLtGetStatusString(status).getString());
        return status == CUBLAS_STATUS_NOT_SUPPORTED
                ? new CudaException.Unsupported(message)
                : new CudaException(message);
    }

    @Override
    public Plan plan(Product product, long workspaceBytes) {
        Algorithm plan = new Algorithm(product, workspaceBytes);
        try {
            plan.describe();
            return plan;
        } catch (RuntimeException e) {
            plan.close();
            throw e;
        }
    }

    @Override
    public void multiply(Plan plan, long a, long b, long d, long workspace, Stream stream) {
        ((Algorithm) plan).run(a, b, d, workspace, stream);
    }

    @Override
    public void close() {
        if (!handle.isNull()) {
            check(cublas.cublasLtDestroy(handle), "cublasLtDestroy");
            handle.setNull();
            one.close();
            zero.close();
        }
    }

    private static int type(Element element) {
        return switch (element) {
            case FLOAT -> CUDA_R_32F;
            case HALF -> CUDA_R_16F;
            case BFLOAT16 -> CUDA_R_16BF;
            case BIT -> throw new IllegalArgumentException("no product of bits");
        };
    }

    private final class Algorithm implements Plan {
        private final Product product;
        private final long workspaceBytes;
        private final Deque<Runnable> owned = new ArrayDeque<>();
        private cublasLtMatmulDescOpaque_t description;
        private cublasLtMatrixLayoutOpaque_t a;
        private cublasLtMatrixLayoutOpaque_t b;
        private cublasLtMatrixLayoutOpaque_t d;
        private cublasLtMatmulHeuristicResult_t choice;
        private cublasLtMatmulAlgo_t algorithm;

        Algorithm(Product product, long workspaceBytes) {
            this.product = product;
            this.workspaceBytes = workspaceBytes;
        }

        void describe() {
            boolean rounded = product.in() == Element.FLOAT && product.roundInputs();
            description =
                    new cublasLtMatmulDescOpaque_t(
                            created(
                                    place ->
                                            cublas.cublasLtMatmulDescCreate(
                                                    place,
                                                    rounded
                                                            ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                            : CUBLAS_COMPUTE_32F,
                                                    CUDA_R_32F),
                                    "cublasLtMatmulDescCreate"));
            owned.push(() -> cublas.cublasLtMatmulDescDestroy(description));
            transpose(CUBLASLT_MATMUL_DESC_TRANSA, product.transposeA());
            transpose(CUBLASLT_MATMUL_DESC_TRANSB, product.transposeB());
            a = layout(product.in(), product.rows(), product.depth(), product.transposeA());
            b = layout(product.in(), product.depth(), product.columns(), product.transposeB());
            d = layout(product.out(), product.rows(), product.columns(), false);
            choose();
        }

        private void choose() {
            cublasLtMatmulPreferenceOpaque_t preference =
                    new cublasLtMatmulPreferenceOpaque_t(
                            created(
                                    cublas::cublasLtMatmulPreferenceCreate,
                                    "cublasLtMatmulPreferenceCreate"));
            choice = new cublasLtMatmulHeuristicResult_t();
            owned.push(choice::close);
            try (LongPointer most = new LongPointer(new long[] {workspaceBytes});
                    IntPointer found = new IntPointer(new int[] {0})) {
                check(
                        cublas.cublasLtMatmulPreferenceSetAttribute(
                                preference,
                                CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                most,
                                Long.BYTES),
                        "cublasLtMatmulPreferenceSetAttribute");
                check(
                        cublas.cublasLtMatmulAlgoGetHeuristic(
                                handle, description, a, b, d, d, preference, 1, choice, found),
                        "cublasLtMatmulAlgoGetHeuristic of a " + product);
                if (found.get() == 0) {
                    throw new CudaException.Unsupported(
                            "cuBLASLt has no algorithm on %s for a %s".formatted(device, product));
                }
            } finally {
                cublas.cublasLtMatmulPreferenceDestroy(preference);
            }
            algorithm = choice.algo();
        }

        private void transpose(int attribute, boolean transposed) {
            try (IntPointer value =
                    new IntPointer(new int[] {transposed ? CUBLAS_OP_T : CUBLAS_OP_N})) {
                check(
                        cublas.cublasLtMatmulDescSetAttribute(
                                description, attribute, value, Integer.BYTES),
                        "cublasLtMatmulDescSetAttribute");
            }
        }

        /** Describes op(X), rows x columns, which may lie transposed. */
        private cublasLtMatrixLayoutOpaque_t layout(
                Element element, int rows, int columns, boolean transposed) {
            int down = transposed ? columns : rows;
            int across = transposed ? rows : columns;
            cublasLtMatrixLayoutOpaque_t layout =
                    new cublasLtMatrixLayoutOpaque_t(
                            created(
                                    place ->
                                            cublas.cublasLtMatrixLayoutCreate(
                                                    place, type(element), down, across, down),
                                    "cublasLtMatrixLayoutCreate"));
            owned.push(() -> cublas.cublasLtMatrixLayoutDestroy(layout));
            return layout;
        }

        private Pointer created(Creation creation, String call) {
            try (PointerPointer<Pointer> place = new PointerPointer<>(1)) {
                check(creation.into(place), call + " of a " + product);
                return place.get(0);
            }
        }

        void run(long from, long by, long to, long workspace, Stream stream) {
            int status =
                    cublas.cublasLtMatmul(
                            handle,
                            description,
                            one,
                            new Address(from),
                            a,
                            new Address(by),
                            b,
                            zero,
                            new Address(to),
                            d,
                            new Address(to),
                            d,
                            algorithm,
                            new Address(workspace),
                            workspaceBytes,
                            ((JavaCppStream) stream).handle());
            if (status != 0) {
                throw failure(status, "cublasLtMatmul of a " + product);
            }
        }

        @Override
        public void close() {
            while (!owned.isEmpty()) {
                owned.pop().run();
            }
        }
    }

    /** A call that puts a handle where it is told. */
    private interface Creation {
        int into(PointerPointer<Pointer> place);
    }
}
