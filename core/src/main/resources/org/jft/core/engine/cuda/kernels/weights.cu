// Weight standardization (Qiao et al. 2019, arXiv 1903.10520): each filter, a row of [k, length], to
// mean 0 and variance 1. One block a filter; its sums are in double.

KERNEL filter_statistics(
        float* mean, float* factor, const float* weights, const float* factors, int length,
        double epsilon) {
    const float* filter = weights + (i64)blockIdx.x * length;
    double sum = 0;
    for (int i = threadIdx.x; i < length; i += BLOCK) {
        sum += filter[i];
    }
    double center = sum_block(sum) / length;
    double squares = 0;
    for (int i = threadIdx.x; i < length; i += BLOCK) {
        double deviation = filter[i] - center;
        squares += deviation * deviation;
    }
    double inverse = 1 / sqrt(sum_block(squares) / length + epsilon);
    if (threadIdx.x == 0) {
        mean[blockIdx.x] = (float)center;
        factor[blockIdx.x] = (float)inverse * (factors == 0 ? 1 : factors[blockIdx.x]);
    }
}

/** With u = (w - m) / s, dw = (du - mean(du) - u mean(du u)) / s. */
KERNEL filter_backward(
        float* gradient, const float* weights, const float* mean, const float* inverse,
        int length) {
    const float* filter = weights + (i64)blockIdx.x * length;
    float* to = gradient + (i64)blockIdx.x * length;
    float center = mean[blockIdx.x];
    float root = inverse[blockIdx.x];
    double sum = 0;
    double along = 0;
    for (int i = threadIdx.x; i < length; i += BLOCK) {
        double g = to[i];
        sum += g;
        along += g * ((filter[i] - center) * root);
    }
    float level = (float)(sum_block(sum) / length);
    float slope = (float)(sum_block(along) / length);
    for (int i = threadIdx.x; i < length; i += BLOCK) {
        float unit = (filter[i] - center) * root;
        to[i] = (to[i] - level - unit * slope) * root;
    }
}
