// In front of every kernel source: element types, access to memory, how threads cover tensors.
// Compiled by NVRTC or nvcc without any header, and by g++ behind a shim that stands in for the GPU.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define BLOCK 256
#define UNIT 8  // elements that a thread takes at a time: 16 bytes of a two-byte type
#define LANES 32  // most threads of a block side by side along the channels
#define COMBINED 8  // columns of a block that adds up chunks
#define INFINITE __uint_as_float(0x7f800000)

// At least two blocks a multiprocessor: without the hint ptxas saves registers and spills some.
#define KERNEL extern "C" __global__ void __launch_bounds__(BLOCK, 2)
#define INLINE __device__ inline
#define UNROLL _Pragma("unroll")
#define UNROLL_TWICE _Pragma("unroll 2")
#define UNROLL_FOURFOLD _Pragma("unroll 4")

// ---- element types

struct Bf16 {
    u16 bits;
};

struct Half {
    u16 bits;
};

#if defined(T_FP32)
typedef float T;
#elif defined(T_BF16)
typedef Bf16 T;
#elif defined(T_FP16)
typedef Half T;
#else
#error "one of T_FP32, T_BF16, T_FP16 says what T is"
#endif

INLINE float to_float(float x) {
    return x;
}

INLINE float to_float(Bf16 x) {
    return __uint_as_float((u32)x.bits << 16);
}

INLINE float to_float(Half x) {
#if defined(__CUDA_ARCH__)
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(x.bits));
    return result;
#else
    u32 sign = (u32)(x.bits & 0x8000) << 16;
    u32 exponent = (x.bits >> 10) & 0x1f;
    u32 fraction = x.bits & 0x3ff;
    if (exponent == 0) {  // a multiple of 2^-24
        return __uint_as_float(sign | __float_as_uint(fraction * 5.9604644775390625e-8f));
    }
    u32 widened = exponent == 0x1f ? 0xff : exponent + 112;
    return __uint_as_float(sign | widened << 23 | fraction << 13);
#endif
}

/** Rounds to nearest, ties to even; every NaN becomes 0x7fff, as the GPU's instruction has it. */
INLINE u16 bf16_bits(float x) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    u16 result;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x));
    return result;
#else
    u32 bits = __float_as_uint(x);
    return x != x ? 0x7fff : (u16)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
#endif
}

/** Rounds to nearest, ties to even; every NaN becomes 0x7fff, as the GPU's instruction has it. */
INLINE u16 half_bits(float x) {
#if defined(__CUDA_ARCH__)
    u16 result;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result) : "f"(x));
    return result;
#else
    u32 sign = (__float_as_uint(x) >> 16) & 0x8000;
    u32 magnitude = __float_as_uint(x) & 0x7fffffff;
    if (x != x) {
        return 0x7fff;
    }
    if (magnitude >= 0x477ff000) {  // 65520, half way between the largest half and 65536
        return (u16)(sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {  // 2^-14: next to 0.5 a float has steps of 2^-24, too
        float aligned = __uint_as_float(magnitude) + 0.5f;
        return (u16)(sign | (__float_as_uint(aligned) - 0x3f000000));
    }
    magnitude += 0xfff + ((magnitude >> 13) & 1);
    return (u16)(sign | ((magnitude - 0x38000000) >> 13));
#endif
}

INLINE void round_to(float& to, float x) {
    to = x;
}

INLINE void round_to(Bf16& to, float x) {
    to.bits = bf16_bits(x);
}

INLINE void round_to(Half& to, float x) {
    to.bits = half_bits(x);
}

// ---- access to memory

/** V elements as they lie in memory, read and written in one access, or two of 16 bytes. */
template <class E, int V>
struct alignas(V * sizeof(E) < 16 ? V * sizeof(E) : 16) Pack {
    E at[V];
};

/** V elements in registers. */
template <int V>
struct Values {
    float at[V];
};

template <int V, class E>
INLINE Values<V> unpack(const Pack<E, V>& pack) {
    Values<V> x;
    UNROLL
    for (int j = 0; j < V; j++) {
        x.at[j] = to_float(pack.at[j]);
    }
    return x;
}

template <int V, class E>
INLINE Values<V> load(const E* from) {
    Pack<E, V> pack = *(const Pack<E, V>*)from;  // whole; by reference it is loaded piece by piece
    return unpack(pack);
}

template <int V, class E>
INLINE void store(E* to, const Values<V>& x) {
    Pack<E, V> pack;
    UNROLL
    for (int j = 0; j < V; j++) {
        round_to(pack.at[j], x.at[j]);
    }
    *(Pack<E, V>*)to = pack;
}

/** Loads elements i to i + 7 of count; zero behind the end. */
template <class E>
INLINE Values<UNIT> load_unit(const E* from, i64 i, i64 count) {
    if (i + UNIT <= count) {
        return load<UNIT>(from + i);
    }
    Values<UNIT> x;
    UNROLL
    for (int j = 0; j < UNIT; j++) {
        x.at[j] = i + j < count ? to_float(from[i + j]) : 0;
    }
    return x;
}

/** Stores elements i to i + 7 of count; nothing behind the end. */
template <class E>
INLINE void store_unit(E* to, i64 i, i64 count, const Values<UNIT>& x) {
    if (i + UNIT <= count) {
        store(to + i, x);
        return;
    }
    UNROLL
    for (int j = 0; j < UNIT; j++) {
        if (i + j < count) {
            round_to(to[i + j], x.at[j]);
        }
    }
}

INLINE float factor_of(const float* scale) {
    return scale == 0 ? 1 : *scale;
}

INLINE i64 element(int image, int h, int w, int c, int y, int x, int channel) {
    return (((i64)image * h + y) * w + x) * c + channel;
}

// ---- how threads cover tensors

template <int V>
struct Width {
    static constexpr int value = V;
};

/** Calls f with the number of channels a thread takes at a time: UNIT where that divides c. */
template <class F>
INLINE void with_width(int c, F f) {
    if (c % UNIT == 0) {
        f(Width<UNIT>());
    } else {
        f(Width<1>());
    }
}

/** Calls f(i) for each UNIT of count elements. */
template <class F>
INLINE void for_each_unit(i64 count, F f) {
    i64 step = (i64)gridDim.x * BLOCK * UNIT;
    for (i64 i = ((i64)blockIdx.x * BLOCK + threadIdx.x) * UNIT; i < count; i += step) {
        f(i);
    }
}

INLINE int channel_of(i64 i, int c) {
    return i <= 0xffffffff ? (u32)i % (u32)c : (int)(i % c);  // 64 bits divide slowly
}

/**
 * Calls f(i, channels) for each UNIT of an image; read(c) makes what belongs to eight channels from
 * the first one. It is called once where each round of the grid begins at the same channel.
 */
template <class Read, class F>
INLINE void for_each_unit_of_channels(i64 count, int c, Read read, F f) {
    u32 step = gridDim.x * BLOCK * UNIT;
    i64 i = ((i64)blockIdx.x * BLOCK + threadIdx.x) * UNIT;
    bool same = step % (u32)c == 0;
    auto channels = read(channel_of(i, c));
    for (; i < count; i += step) {
        f(i, channels);
        if (!same && i + step < count) {
            channels = read(channel_of(i + step, c));
        }
    }
}

/** Calls f(image, y, x, channel) for each place of [n, h, w, c / V]; rows of the grid are images. */
template <int V, class F>
INLINE void for_each_place(int n, int h, int w, int c, F f) {
    u32 packs = c / V;
    u32 places = h * w * packs;
    for (int image = blockIdx.y; image < n; image += gridDim.y) {
        for (u32 i = blockIdx.x * BLOCK + threadIdx.x; i < places; i += gridDim.x * BLOCK) {
            int pixel = i / packs;
            f(image, pixel / w, pixel % w, (int)(i % packs) * V);
        }
    }
}

/**
 * How a block covers V * LANES channels of a matrix [rows, c]: lanes side by side, the threads below
 * one another take every rowStep-th row.
 */
struct Columns {
    int lanes;
    int rowStep;
    int row;
    int channel;
};

template <int V>
INLINE Columns columns(int c) {
    int packs = c / V;
    int lanes = 1;
    while (lanes < packs && lanes < LANES) {
        lanes *= 2;
    }
    int lane = threadIdx.x % lanes;
    return {
        lanes, BLOCK / lanes, (int)threadIdx.x / lanes, (int)(blockIdx.x * LANES + lane) * V};
}

/** The rows of one of several chunks; the last ones may be shorter or empty. */
struct Chunk {
    i64 from;
    i64 to;
};

INLINE Chunk chunk_of(i64 rows, int chunk, int chunks) {
    i64 size = (rows + chunks - 1) / chunks;
    i64 from = chunk * size < rows ? chunk * size : rows;
    return {from, from + size < rows ? from + size : rows};
}

/** Adds up what the threads below one another hold; the sums are those of row 0. */
template <int V>
INLINE Values<V> sum_rows(Values<V> x, const Columns& at) {
    __shared__ float sums[V][BLOCK];
    UNROLL
    for (int j = 0; j < V; j++) {
        sums[j][threadIdx.x] = x.at[j];
    }
    for (int half = at.rowStep / 2; half > 0; half /= 2) {
        __syncthreads();
        if (at.row < half) {
            UNROLL
            for (int j = 0; j < V; j++) {
                sums[j][threadIdx.x] += sums[j][threadIdx.x + half * at.lanes];
            }
        }
    }
    UNROLL
    for (int j = 0; j < V; j++) {
        x.at[j] = sums[j][threadIdx.x];
    }
    __syncthreads();
    return x;
}

/** How a block covers COMBINED columns of a matrix [chunks, c]: few rows for each thread. */
INLINE Columns columns_of_chunks() {
    int lane = threadIdx.x % COMBINED;
    return {
        COMBINED, BLOCK / COMBINED, (int)threadIdx.x / COMBINED,
        (int)blockIdx.x * COMBINED + lane};
}

/** Adds up partials[chunk * stride] over chunks; the sum is that of the threads of row 0. */
INLINE float sum_chunks(
        const float* partials, i64 stride, int chunks, bool inside, const Columns& at) {
    Values<1> sum = {{0}};
    if (inside) {
        UNROLL_FOURFOLD
        for (int chunk = at.row; chunk < chunks; chunk += at.rowStep) {
            sum.at[0] += partials[chunk * stride];
        }
    }
    return sum_rows(sum, at).at[0];
}

/** Returns the sum over a block, to all its threads. */
INLINE double sum_block(double x) {
    __shared__ double sums[BLOCK];
    sums[threadIdx.x] = x;
    for (u32 half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
    }
    __syncthreads();
    double sum = sums[0];
    __syncthreads();
    return sum;
}

// ---- what changes from step to step, in device memory; offsets stand in README.md

struct StepNumbers {
    i64 step;
    double learningRate;
    double gradientScale;
    double largestNorm;
    float averageRate;
    float meanCorrection;
    float squareCorrection;
    float lossScale;
    float unscale;
    int stepsAtScale;
    double norm;
    double clip;
    int finite;
    int broken;
};
