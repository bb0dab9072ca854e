// What works element by element: activations, sums, channels side by side, dropout; sums of columns.

// ---- functions, numbered as Op.Activation.Function

#define RELU 0
#define LEAKY_RELU 1
#define RELU6 2
#define SIGMOID 3
#define TANH 4
#define ELU 5
#define SWISH 6
#define NONE -1

INLINE float sigmoid(float x) {
    return 1 / (1 + expf(-x));
}

// Each has a value and passes a gradient back, given what README.md calls the value. Comparisons are
// written so that NaN goes through.

struct None {
    INLINE float value(float x, float) const {
        return x;
    }
    INLINE float back(float, float g, float) const {
        return g;
    }
};

struct Relu {
    INLINE float value(float x, float) const {
        return x <= 0 ? 0 : x;
    }
    INLINE float back(float y, float g, float) const {
        return y <= 0 ? 0 : g;
    }
};

struct LeakyRelu {
    INLINE float value(float x, float alpha) const {
        return x <= 0 ? alpha * x : x;
    }
    INLINE float back(float y, float g, float alpha) const {
        return y <= 0 ? alpha * g : g;
    }
};

struct Relu6 {
    INLINE float value(float x, float) const {
        return x <= 0 ? 0 : x >= 6 ? 6 : x;
    }
    INLINE float back(float x, float g, float) const {
        return x <= 0 || x >= 6 ? 0 : g;
    }
};

struct Sigmoid {
    INLINE float value(float x, float) const {
        return sigmoid(x);
    }
    INLINE float back(float y, float g, float) const {
        return g * y * (1 - y);
    }
};

struct Tanh {
    INLINE float value(float x, float) const {
        return tanhf(x);
    }
    INLINE float back(float y, float g, float) const {
        return g * (1 - y * y);
    }
};

struct Elu {
    INLINE float value(float x, float alpha) const {
        return x <= 0 ? alpha * expm1f(x) : x;
    }
    INLINE float back(float y, float g, float alpha) const {
        return y <= 0 ? g * (y + alpha) : g;
    }
};

struct Swish {
    INLINE float value(float x, float alpha) const {
        return x * sigmoid(alpha * x);
    }
    INLINE float back(float x, float g, float alpha) const {
        float s = sigmoid(alpha * x);
        return g * (s + alpha * x * s * (1 - s));
    }
};

/** Calls body with one of the above: the choice is made once, not for each element. */
template <class Body>
INLINE void with_function(int function, Body body) {
    switch (function) {
        case RELU:
            return body(Relu());
        case LEAKY_RELU:
            return body(LeakyRelu());
        case RELU6:
            return body(Relu6());
        case SIGMOID:
            return body(Sigmoid());
        case TANH:
            return body(Tanh());
        case ELU:
            return body(Elu());
        case SWISH:
            return body(Swish());
        default:
            return body(None());
    }
}

KERNEL activate(T* to, const T* from, i64 count, int function, float alpha) {
    with_function(function, [=](auto f) {
        for_each_unit(count, [=](i64 i) {
            Values<UNIT> x = load_unit(from, i, count);
            UNROLL
            for (int j = 0; j < UNIT; j++) {
                x.at[j] = f.value(x.at[j], alpha);
            }
            store_unit(to, i, count, x);
        });
    });
}

KERNEL activate_backward(
        T* to, const T* value, const T* gradient, i64 count, int function, float alpha) {
    with_function(function, [=](auto f) {
        for_each_unit(count, [=](i64 i) {
            Values<UNIT> v = load_unit(value, i, count);
            Values<UNIT> g = load_unit(gradient, i, count);
            UNROLL
            for (int j = 0; j < UNIT; j++) {
                g.at[j] = f.back(v.at[j], g.at[j], alpha);
            }
            store_unit(to, i, count, g);
        });
    });
}

template <class E>
INLINE void epilogue(
        E* to, const E* from, const float* bias, const E* addend, i64 count, int c, int function,
        float alpha) {
    auto read = [=](int channel) {
        Values<UNIT> of;
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            of.at[j] = bias == 0 ? 0 : bias[channel];
            channel = channel + 1 == c ? 0 : channel + 1;
        }
        return of;
    };
    with_function(function, [=](auto f) {
        for_each_unit_of_channels(count, c, read, [=](i64 i, const Values<UNIT>& biases) {
            Values<UNIT> x = load_unit(from, i, count);
            Values<UNIT> more = {};
            if (addend != 0) {
                more = load_unit(addend, i, count);
            }
            UNROLL
            for (int j = 0; j < UNIT; j++) {
                x.at[j] = f.value(x.at[j] + biases.at[j] + more.at[j], alpha);
            }
            store_unit(to, i, count, x);
        });
    });
}

KERNEL linear_epilogue(
        T* to, const T* from, const float* bias, const T* addend, i64 count, int c, int function,
        float alpha) {
    epilogue(to, from, bias, addend, count, c, function, alpha);
}

KERNEL linear_epilogue_float(
        float* to, const float* from, const float* bias, const float* addend, i64 count, int c,
        int function, float alpha) {
    epilogue(to, from, bias, addend, count, c, function, alpha);
}

KERNEL add(T* to, const T* left, const T* right, i64 count, int relu) {
    for_each_unit(count, [=](i64 i) {
        Values<UNIT> x = load_unit(left, i, count);
        Values<UNIT> y = load_unit(right, i, count);
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            float sum = x.at[j] + y.at[j];
            x.at[j] = relu && sum <= 0 ? 0 : sum;
        }
        store_unit(to, i, count, x);
    });
}

// ---- channels side by side

template <int V>
INLINE void copy_packs(
        T* to, const T* from, i64 rows, int channels, int toStride, int fromStride) {
    int packs = channels / V;
    i64 step = (i64)gridDim.x * BLOCK;
    for (i64 i = (i64)blockIdx.x * BLOCK + threadIdx.x; i < rows * packs; i += step) {
        int channel = channel_of(i, packs) * V;
        i64 row = i <= 0xffffffff ? (u32)i / (u32)packs : i / packs;
        *(Pack<T, V>*)(to + row * toStride + channel) =
                *(const Pack<T, V>*)(from + row * fromStride + channel);
    }
}

KERNEL copy_channels(
        T* to, const T* from, i64 rows, int channels, int toStride, int toFirst, int fromStride,
        int fromFirst) {
    // One width for all five: UNIT only where it divides each.
    int all = channels | toStride | toFirst | fromStride | fromFirst;
    with_width(all, [=](auto width) {
        copy_packs<decltype(width)::value>(
                to + toFirst, from + fromFirst, rows, channels, toStride, fromStride);
    });
}

// ---- dropout

/** Philox-4x32-10 (Salmon et al. 2011): four random words of a counter and a key. */
INLINE void philox(u32 words[4], u64 key) {
    u32 key0 = (u32)key;
    u32 key1 = (u32)(key >> 32);
    UNROLL
    for (int round = 0; round < 10; round++) {
        u64 first = (u64)0xd2511f53u * words[0];
        u64 second = (u64)0xcd9e8d57u * words[2];
        words[0] = (u32)(second >> 32) ^ words[1] ^ key0;
        words[1] = (u32)second;
        words[2] = (u32)(first >> 32) ^ words[3] ^ key1;
        words[3] = (u32)first;
        key0 += 0x9e3779b9u;
        key1 += 0xbb67ae85u;
    }
}

KERNEL draw_mask(T* mask, const StepNumbers* numbers, i64 count, i64 seed, double keep) {
    u64 step = (u64)numbers->step;
    u64 threshold = (u64)(keep * 4294967296.0);
    for_each_unit(count, [=](i64 i) {
        Values<UNIT> kept;
        UNROLL
        for (int four = 0; four < UNIT; four += 4) {
            u64 place = (u64)(i + four) / 4;
            u32 words[4] = {(u32)place, (u32)(place >> 32), (u32)step, (u32)(step >> 32)};
            philox(words, (u64)seed);
            UNROLL
            for (int j = 0; j < 4; j++) {
                kept.at[four + j] = words[j] < threshold ? 1 : 0;
            }
        }
        store_unit(mask, i, count, kept);
    });
}

KERNEL apply_mask(T* to, const T* from, const T* mask, i64 count, float factor) {
    for_each_unit(count, [=](i64 i) {
        Values<UNIT> x = load_unit(from, i, count);
        Values<UNIT> kept = load_unit(mask, i, count);
        UNROLL
        for (int j = 0; j < UNIT; j++) {
            x.at[j] = x.at[j] * kept.at[j] * factor;
        }
        store_unit(to, i, count, x);
    });
}

// ---- sums of columns

template <int V>
INLINE void sums_partial(float* partials, const T* x, i64 rows, int c) {
    Columns at = columns<V>(c);
    Chunk chunk = chunk_of(rows, blockIdx.y, gridDim.y);
    Values<V> sum = {};
    if (at.channel < c) {
        UNROLL_TWICE
        for (i64 row = chunk.from + at.row; row < chunk.to; row += at.rowStep) {
            Values<V> v = load<V>(x + row * c + at.channel);
            UNROLL
            for (int j = 0; j < V; j++) {
                sum.at[j] += v.at[j];
            }
        }
    }
    sum = sum_rows(sum, at);
    if (at.row == 0 && at.channel < c) {
        float* to = partials + (i64)blockIdx.y * c + at.channel;
        UNROLL
        for (int j = 0; j < V; j++) {
            to[j] = sum.at[j];
        }
    }
}

KERNEL column_sums_partial(float* partials, const T* x, i64 rows, int c) {
    with_width(c, [=](auto width) {
        sums_partial<decltype(width)::value>(partials, x, rows, c);
    });
}

KERNEL column_sums(float* to, const float* partials, const float* scale, int c, int chunks) {
    Columns at = columns_of_chunks();
    float sum = sum_chunks(partials + at.channel, c, chunks, at.channel < c, at);
    if (at.row == 0 && at.channel < c) {
        to[at.channel] = sum * factor_of(scale);
    }
}
