// Batch normalization (Ioffe and Szegedy 2015) where cuDNN's fused kernels do not apply.

#define TOGETHER 4  // rows a thread has in registers at once

/**
 * Adds up to TOGETHER rows less a pivot, mean first: the rows wait in registers. With a pivot among
 * the values, float32 holds the means of parts of a channel that lies far from zero.
 */
template <int V>
INLINE void add_rows(
        MomentsOf<V>& moments, const Values<V>& pivot, const T* x, i64 row, i64 to, i64 step,
        int c) {
    Pack<T, V> packs[TOGETHER];
    int count = 0;
    UNROLL
    for (int r = 0; r < TOGETHER; r++) {
        if (row + r * step < to) {
            packs[r] = *(const Pack<T, V>*)(x + (row + r * step) * c);
            count = r + 1;
        }
    }
    Values<V> mean;
    Values<V> squares;
    UNROLL
    for (int j = 0; j < V; j++) {
        float values[TOGETHER];
        float sum = 0;
        UNROLL
        for (int r = 0; r < TOGETHER; r++) {
            values[r] = r < count ? to_float(packs[r].at[j]) - pivot.at[j] : 0;
            sum += values[r];
        }
        mean.at[j] = sum / count;
        squares.at[j] = 0;
        UNROLL
        for (int r = 0; r < TOGETHER; r++) {
            float deviation = r < count ? values[r] - mean.at[j] : 0;
            squares.at[j] += deviation * deviation;
        }
    }
    moments.merge_with(count, mean, squares);
}

template <int V>
INLINE void statistics_partial(float* partials, const T* x, i64 rows, int c) {
    Columns at = columns<V>(c);
    Chunk chunk = chunk_of(rows, blockIdx.y, gridDim.y);
    MomentsOf<V> moments = {};
    Values<V> pivot = {};
    if (at.channel < c) {
        pivot = load<V>(x + at.channel);
        i64 step = at.rowStep;
        for (i64 row = chunk.from + at.row; row < chunk.to; row += TOGETHER * step) {
            add_rows<V>(moments, pivot, x + at.channel, row, chunk.to, step, c);
        }
    }
    moments = merge_rows(moments, at);
    if (at.row == 0 && at.channel < c) {
        float* to = partials + (i64)blockIdx.y * 2 * c + at.channel;
        UNROLL
        for (int j = 0; j < V; j++) {
            to[j] = pivot.at[j] + moments.mean.at[j];
            to[c + j] = moments.squares.at[j];
        }
    }
}

KERNEL norm_statistics_partial(float* partials, const T* x, i64 rows, int c) {
    with_width(c, [=](auto width) {
        statistics_partial<decltype(width)::value>(partials, x, rows, c);
    });
}

KERNEL norm_statistics(
        float* mean, float* variance, const float* partials, i64 rows, int c, int chunks) {
    Columns at = columns_of_chunks();
    MomentsOf<1> moments = {};
    if (at.channel < c) {
        UNROLL_FOURFOLD
        for (int i = at.row; i < chunks; i += at.rowStep) {
            Chunk chunk = chunk_of(rows, i, chunks);
            const float* from = partials + (i64)i * 2 * c + at.channel;
            moments.merge_with((float)(chunk.to - chunk.from), {{from[0]}}, {{from[c]}});
        }
    }
    moments = merge_rows(moments, at);
    if (at.row == 0 && at.channel < c) {
        mean[at.channel] = moments.mean.at[0];
        variance[at.channel] = moments.squares.at[0] / rows;
    }
}

/** Of sums that a convolution left; the difference is taken in double, so that only they round. */
KERNEL norm_statistics_of_sums(
        float* mean, float* variance, const float* sums, const float* squares, i64 rows, int c) {
    int i = blockIdx.x * BLOCK + threadIdx.x;
    if (i < c) {
        double center = (double)sums[i] / rows;
        double spread = (double)squares[i] / rows - center * center;
        mean[i] = (float)center;
        variance[i] = spread < 0 ? 0 : (float)spread;  // NaN stays
    }
}

/** What lets a gradient through: not what is <= 0, so that NaN stays visible. */
INLINE bool passes(float x) {
    return !(x <= 0);
}

struct ApplyChannels {
    Values<UNIT> mean;
    Values<UNIT> factor;
    Values<UNIT> shift;
};

KERNEL norm_apply(
        T* y, u8* mask, const T* x, const T* addend, const float* mean, const float* variance,
        const float* scale, const float* shift, i64 rows, int c, float epsilon, int relu) {
    i64 count = rows * c;
    auto read = [=](int channel) {
        ApplyChannels of;
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            of.mean.at[j] = mean[channel];
            of.factor.at[j] = scale[channel] / sqrtf(variance[channel] + epsilon);
            of.shift.at[j] = shift[channel];
            channel = channel + 1 == c ? 0 : channel + 1;
        }
        return of;
    };
    for_each_unit_of_channels(count, c, read, [=](i64 i, const ApplyChannels& of) {
        Values<UNIT> v = load_unit(x, i, count);
        Values<UNIT> more = {};
        if (addend != 0) {
            more = load_unit(addend, i, count);
        }
        u32 bits = 0;
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            float result = (v.at[j] - of.mean.at[j]) * of.factor.at[j] + of.shift.at[j];
            result += more.at[j];
            bits |= (u32)passes(result) << j;
            v.at[j] = relu && !passes(result) ? 0 : result;
        }
        store_unit(y, i, count, v);
        if (mask != 0) {
            u32 inside = i + UNIT <= count ? 0xff : (1u << (count - i)) - 1;
            mask[i / UNIT] = (u8)(bits & inside);
        }
    });
}

/** The gradient of V neighbours, the first at i, behind the rectifier. */
template <int V>
INLINE Values<V> rectified(Values<V> gradient, i64 i, Values<V> y, bool byOutput, const u8* mask) {
    u32 bits = mask == 0 ? 0xff : (u32)mask[i / UNIT] >> (i % UNIT);
    UNROLL
    for (int j = 0; j < V; j++) {
        bool through = mask != 0 ? (bits >> j) & 1 : !byOutput || passes(y.at[j]);
        gradient.at[j] = through ? gradient.at[j] : 0;
    }
    return gradient;
}

template <int V>
INLINE void backward_partial(
        float* partials, const T* gradient, const T* x, const T* y, const u8* mask,
        const float* mean, const float* variance, i64 rows, int c, float epsilon) {
    Columns at = columns<V>(c);
    Chunk chunk = chunk_of(rows, blockIdx.y, gridDim.y);
    bool inside = at.channel < c;
    Values<V> means = {};
    Values<V> shiftSum = {};
    Values<V> scaleSum = {};
    if (inside) {
        UNROLL
        for (int j = 0; j < V; j++) {
            means.at[j] = mean[at.channel + j];
        }
        auto read = [=](i64 i) {
            Values<V> output = {};
            if (y != 0) {
                output = load<V>(y + i);
            }
            return rectified(load<V>(gradient + i), i, output, y != 0, mask);
        };
        add_gradients(shiftSum, scaleSum, read, x, means, at, chunk, c);
    }
    shiftSum = sum_rows(shiftSum, at);
    scaleSum = sum_rows(scaleSum, at);
    if (at.row == 0 && inside) {
        float* to = partials + (i64)blockIdx.y * 2 * c + at.channel;
        UNROLL
        for (int j = 0; j < V; j++) {
            to[j] = shiftSum.at[j];
            to[c + j] = scaleSum.at[j] / sqrtf(variance[at.channel + j] + epsilon);
        }
    }
}

KERNEL norm_backward_partial(
        float* partials, const T* gradient, const T* x, const T* y, const u8* mask,
        const float* mean, const float* variance, i64 rows, int c, float epsilon) {
    with_width(c, [=](auto width) {
        backward_partial<decltype(width)::value>(
                partials, gradient, x, y, mask, mean, variance, rows, c, epsilon);
    });
}

KERNEL norm_backward_sums(
        float* sums, float* shiftGradient, float* scaleGradient, const float* partials,
        const float* unscale, int c, int chunks) {
    Columns at = columns_of_chunks();
    int channel = at.channel;
    bool inside = channel < c;
    float shift = sum_chunks(partials + channel, 2 * c, chunks, inside, at);
    float scale = sum_chunks(partials + c + channel, 2 * c, chunks, inside, at);
    if (at.row == 0 && inside) {
        sums[channel] = shift;
        sums[c + channel] = scale;
        shiftGradient[channel] = shift * factor_of(unscale);
        scaleGradient[channel] = scale * factor_of(unscale);
    }
}

/** dx = factor (g - shiftPart - (x - mean) scalePart). */
struct BackwardChannels {
    Values<UNIT> mean;
    Values<UNIT> factor;
    Values<UNIT> shiftPart;
    Values<UNIT> scalePart;
};

KERNEL norm_backward_data(
        T* dx, T* addendGradient, const T* gradient, const T* x, const T* y, const u8* mask,
        const float* mean, const float* variance, const float* scale, const float* sums, i64 rows,
        int c, float epsilon) {
    i64 count = rows * c;
    auto read = [=](int channel) {
        BackwardChannels of;
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            float inverse = 1 / sqrtf(variance[channel] + epsilon);
            of.mean.at[j] = mean[channel];
            of.factor.at[j] = scale[channel] * inverse;
            of.shiftPart.at[j] = sums == 0 ? 0 : sums[channel] / rows;
            of.scalePart.at[j] = sums == 0 ? 0 : sums[c + channel] / rows * inverse;
            channel = channel + 1 == c ? 0 : channel + 1;
        }
        return of;
    };
    for_each_unit_of_channels(count, c, read, [=](i64 i, const BackwardChannels& of) {
        Values<UNIT> output = {};
        if (y != 0) {
            output = load_unit(y, i, count);
        }
        Values<UNIT> g = rectified(load_unit(gradient, i, count), i, output, y != 0, mask);
        Values<UNIT> v = load_unit(x, i, count);
        if (addendGradient != 0) {
            store_unit(addendGradient, i, count, g);
        }
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            float rest = of.shiftPart.at[j] + (v.at[j] - of.mean.at[j]) * of.scalePart.at[j];
            g.at[j] = of.factor.at[j] * (g.at[j] - rest);
        }
        store_unit(dx, i, count, g);
    });
}

KERNEL running_step(
        float* meanStep, float* varianceStep, const float* runningMean,
        const float* runningVariance, const float* mean, const float* variance, int c, float rate,
        float epsilon, int inverted) {
    int i = blockIdx.x * BLOCK + threadIdx.x;
    if (i < c) {
        float v = variance[i];
        float batch = inverted ? 1 / (v * v) - epsilon : v;
        meanStep[i] = rate * (runningMean[i] - mean[i]);
        varianceStep[i] = rate * (runningVariance[i] - batch);
    }
}

KERNEL fold_norm(
        float* factors, float* bias, const float* biasBefore, const float* scale,
        const float* shift, const float* mean, const float* variance, int c, float epsilon) {
    int i = blockIdx.x * BLOCK + threadIdx.x;
    if (i < c) {
        float factor = scale[i] / sqrtf(variance[i] + epsilon);
        float before = biasBefore == 0 ? 0 : biasBefore[i];
        factors[i] = factor;
        bias[i] = (before - mean[i]) * factor + shift[i];
    }
}
