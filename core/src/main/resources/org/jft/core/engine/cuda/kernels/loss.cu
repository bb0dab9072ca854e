// Losses of logits [rows, stride] against sparse labels, one block a row, as org.jft.train.objective
// has them; in double precision, as there.

struct Labels {
    int from;
    int to;
};

INLINE Labels labels_of(const int* offsets, int row) {
    return {offsets[row], offsets[row + 1]};
}

/** Sigmoid cross-entropy of a logit and a label: log(1 + e^z) - y z, without overflow. */
struct Entry {
    double loss;
    float gradient;
};

INLINE Entry sigmoid_entry(double logit, double label, double scale) {
    double e = exp(logit < 0 ? logit : -logit);
    double sigmoid = (logit >= 0 ? 1 : e) / (1 + e);
    double largest = logit < 0 ? 0 : logit;
    return {largest - label * logit + log1p(e), (float)((sigmoid - label) * scale)};
}

template <class E>
INLINE void sigmoid_cross_entropy(
        E* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    int row = blockIdx.x;
    const float* z = logits + (i64)row * stride;
    E* g = gradient + (i64)row * stride;
    double scale = (double)factor_of(lossScale) / rows;
    double sum = 0;
    for (int k = threadIdx.x; k < stride; k += BLOCK) {
        Entry entry = {0, 0};
        if (k < classes) {
            entry = sigmoid_entry(z[k], 0, scale);
        }
        sum += entry.loss;
        round_to(g[k], entry.gradient);
    }
    __syncthreads();  // the labels' gradients replace what other threads wrote
    Labels labels = labels_of(offsets, row);
    for (int j = labels.from + threadIdx.x; j < labels.to; j += BLOCK) {
        int k = ids[j];
        float label = confidences[j];
        if (label < 0) {  // unknown: as if the class were not there
            sum -= sigmoid_entry(z[k], 0, scale).loss;
            round_to(g[k], 0);
        } else {
            sum -= (double)label * z[k];
            round_to(g[k], sigmoid_entry(z[k], label, scale).gradient);
        }
    }
    sum = sum_block(sum);
    if (threadIdx.x == 0) {
        losses[row] = sum;
    }
}

KERNEL sigmoid_loss(
        T* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    sigmoid_cross_entropy(
            gradient, losses, logits, offsets, ids, confidences, lossScale, rows, classes, stride);
}

KERNEL sigmoid_loss_float(
        float* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    sigmoid_cross_entropy(
            gradient, losses, logits, offsets, ids, confidences, lossScale, rows, classes, stride);
}

/** The larger one, or NaN if there is one. */
INLINE float larger(float a, float b) {
    return b > a || b != b ? b : a;
}

INLINE float largest_of_block(float x) {
    __shared__ float values[BLOCK];
    values[threadIdx.x] = x;
    for (u32 half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            values[threadIdx.x] = larger(values[threadIdx.x], values[threadIdx.x + half]);
        }
    }
    __syncthreads();
    return values[0];
}

template <class E>
INLINE void softmax_cross_entropy(
        E* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    int row = blockIdx.x;
    const float* z = logits + (i64)row * stride;
    E* g = gradient + (i64)row * stride;
    Labels labels = labels_of(offsets, row);
    double total = 0;
    for (int j = labels.from + threadIdx.x; j < labels.to; j += BLOCK) {
        total += confidences[j];
    }
    total = sum_block(total);
    float most = -INFINITE;
    for (int k = threadIdx.x; k < classes; k += BLOCK) {
        most = larger(most, z[k]);
    }
    double largest = largest_of_block(most);
    double sum = 0;
    for (int k = threadIdx.x; k < classes; k += BLOCK) {
        sum += exp(z[k] - largest);
    }
    sum = sum_block(sum);
    double logSum = largest + log(sum);
    bool labelled = total > 0;
    double scale = (double)factor_of(lossScale) / rows;
    for (int k = threadIdx.x; k < stride; k += BLOCK) {
        bool there = labelled && k < classes;
        round_to(g[k], there ? (float)(exp(z[k] - largest) / sum * scale) : 0);
    }
    __syncthreads();  // the labels' gradients replace what other threads wrote
    double loss = 0;
    for (int j = labels.from + threadIdx.x; labelled && j < labels.to; j += BLOCK) {
        int k = ids[j];
        double share = confidences[j] / total;
        loss += share * (logSum - z[k]);
        round_to(g[k], (float)((exp(z[k] - largest) / sum - share) * scale));
    }
    loss = sum_block(loss);
    if (threadIdx.x == 0) {
        losses[row] = labelled && logSum != logSum ? logSum : loss;
    }
}

KERNEL softmax_loss(
        T* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    softmax_cross_entropy(
            gradient, losses, logits, offsets, ids, confidences, lossScale, rows, classes, stride);
}

KERNEL softmax_loss_float(
        float* gradient, double* losses, const float* logits, const int* offsets, const int* ids,
        const float* confidences, const float* lossScale, int rows, int classes, int stride) {
    softmax_cross_entropy(
            gradient, losses, logits, offsets, ids, confidences, lossScale, rows, classes, stride);
}

KERNEL mean_loss(double* loss, const double* losses, int rows) {
    double sum = 0;
    for (int row = threadIdx.x; row < rows; row += BLOCK) {
        sum += losses[row];
    }
    sum = sum_block(sum);
    if (threadIdx.x == 0) {
        *loss = sum / rows;
    }
}
