// Changes of layout and type: pixels and tensors in and out, weights and their gradients.

// ---- pixels, casts

#define COLOURS 3
#define MOST_CHANNELS 8

INLINE void normalize_pixel(
        T* to, const u8* colours, const float* mean, const float* inverse, int channels) {
    UNROLL
    for (int c = 0; c < MOST_CHANNELS; c++) {
        if (c < channels) {
            float x = c < COLOURS ? ((float)colours[c] - mean[c]) * inverse[c] : 0;
            round_to(to[c], x);
        }
    }
}

/** Stores a pixel of four or eight channels at once. */
template <int CHANNELS>
INLINE void normalize_pixel_packed(
        T* to, const u8* colours, const float* mean, const float* inverse) {
    struct alignas(CHANNELS * sizeof(T) < 16 ? CHANNELS * sizeof(T) : 16) Pixel {
        T at[CHANNELS];
    } pixel;
    normalize_pixel(pixel.at, colours, mean, inverse, CHANNELS);
    *(Pixel*)to = pixel;
}

/** Four pixels are twelve bytes: a thread reads them as three words. */
KERNEL pixels_to_nhwc(
        T* to, const u8* from, const float* mean, const float* inverse, i64 pixels, int channels) {
    float means[COLOURS] = {mean[0], mean[1], mean[2]};
    float inverses[COLOURS] = {inverse[0], inverse[1], inverse[2]};
    i64 step = (i64)gridDim.x * BLOCK * 4;
    for (i64 i = ((i64)blockIdx.x * BLOCK + threadIdx.x) * 4; i < pixels; i += step) {
        u8 bytes[4 * COLOURS];
        if (i + 4 <= pixels) {
            UNROLL
            for (int word = 0; word < COLOURS; word++) {
                u32 four = ((const u32*)(from + i * COLOURS))[word];
                UNROLL
                for (int j = 0; j < 4; j++) {
                    bytes[word * 4 + j] = (u8)(four >> (8 * j));
                }
            }
        } else {
            UNROLL
            for (int j = 0; j < 4 * COLOURS; j++) {
                bytes[j] = i * COLOURS + j < pixels * COLOURS ? from[i * COLOURS + j] : 0;
            }
        }
        UNROLL
        for (int j = 0; j < 4; j++) {
            if (i + j < pixels) {
                T* pixel = to + (i + j) * channels;
                const u8* colours = bytes + j * COLOURS;
                if (channels == 4) {
                    normalize_pixel_packed<4>(pixel, colours, means, inverses);
                } else if (channels == 8) {
                    normalize_pixel_packed<8>(pixel, colours, means, inverses);
                } else {
                    normalize_pixel(pixel, colours, means, inverses, channels);
                }
            }
        }
    }
}

KERNEL cast_from_float(T* to, const float* from, i64 count) {
    for_each_unit(count, [=](i64 i) { store_unit(to, i, count, load_unit(from, i, count)); });
}

KERNEL cast_to_float(float* to, const T* from, i64 count) {
    for_each_unit(count, [=](i64 i) { store_unit(to, i, count, load_unit(from, i, count)); });
}

// ---- transposition

#define TILE 4096  // elements of a tile

/** Divides 0 <= i < 2^21 by a number that many threads share, exactly: the half keeps off the edges. */
struct Divisor {
    int by;
    float inverse;
    INLINE explicit Divisor(int by) : by(by), inverse(1.0f / by) {}
    INLINE int quotient(int i) const {
        return (int)((i + 0.5f) * inverse);
    }
};

/** Reads from[batch][row][column], writes to[batch][column][row]; zero where nothing is read. */
struct Transposition {
    int batches;
    int rows;
    int columns;
    int stride;  // elements from row to row
    int toBatches;
    int toRows;
    int toColumns;
};

INLINE int at_most(int x, int limit) {
    return x < limit ? x : limit;
}

/**
 * Transposes through tiles in shared memory, so that neighbours in a warp are neighbours in memory
 * when read and when written. A tile holds whole matrices where they are small. change(x, batch,
 * column) is written for x.
 */
template <class To, class From, class Change>
INLINE void transpose(To* to, const From* from, Transposition t, Change change) {
    __shared__ float tile[TILE + TILE / 2];  // [batch][row][pitch], pitch odd: no bank twice
    int thickest = TILE / t.toRows > 64 ? TILE / t.toRows : 64;
    Divisor columns(at_most(t.toColumns, thickest));
    Divisor rows(at_most(t.toRows, TILE / columns.by));
    int area = rows.by * columns.by;
    bool whole = columns.by == t.toColumns && rows.by == t.toRows;
    int batches = whole ? at_most(t.toBatches, TILE / area) : 1;
    int pitch = columns.by | 1;
    int across = (t.toColumns + columns.by - 1) / columns.by;
    int down = (t.toRows + rows.by - 1) / rows.by;
    i64 tiles = (i64)((t.toBatches + batches - 1) / batches) * down * across;
    for (i64 i = blockIdx.x; i < tiles; i += gridDim.x) {
        int batch0 = (int)(i / (down * across)) * batches;
        int row0 = (int)(i / across % down) * rows.by;
        int column0 = (int)(i % across) * columns.by;
        for (int j = threadIdx.x; j < batches * area; j += BLOCK) {
            int line = columns.quotient(j);
            int column = column0 + j - line * columns.by;
            int slice = rows.quotient(line);
            int row = row0 + line - slice * rows.by;
            int batch = batch0 + slice;
            bool there = batch < t.batches && row < t.rows && column < t.columns;
            i64 place = ((i64)batch * t.rows + row) * t.stride + column;
            tile[line * pitch + column - column0] =
                    there ? change(to_float(from[place]), batch, column) : 0;
        }
        __syncthreads();
        for (int j = threadIdx.x; j < batches * area; j += BLOCK) {
            int line = rows.quotient(j);
            int row = j - line * rows.by;
            int slice = columns.quotient(line);
            int column = line - slice * columns.by;
            if (batch0 + slice < t.toBatches && row0 + row < t.toRows
                && column0 + column < t.toColumns) {
                i64 place = ((i64)(batch0 + slice) * t.toColumns + column0 + column) * t.toRows;
                round_to(to[place + row0 + row], tile[(slice * rows.by + row) * pitch + column]);
            }
        }
        __syncthreads();
    }
}

/** The change that multiplies all by *scale. */
INLINE auto scaled_by(const float* scale) {
    float factor = factor_of(scale);
    return [=](float x, int, int) { return x * factor; };
}

KERNEL nchw_to_nhwc(
        T* to, const float* from, const float* scale, int n, int c, int hw, int paddedC) {
    transpose(to, from, {n, c, hw, hw, n, paddedC, hw}, scaled_by(scale));
}

template <class E>
INLINE void to_nchw(
        float* to, const E* from, const float* scale, int n, int c, int hw, int paddedC) {
    transpose(to, from, {n, hw, c, paddedC, n, hw, c}, scaled_by(scale));
}

KERNEL nhwc_to_nchw(
        float* to, const T* from, const float* scale, int n, int c, int hw, int paddedC) {
    to_nchw(to, from, scale, n, c, hw, paddedC);
}

KERNEL nhwc_to_nchw_float(
        float* to, const float* from, const float* scale, int n, int c, int hw, int paddedC) {
    to_nchw(to, from, scale, n, c, hw, paddedC);
}

// ---- weights lie in DL4J's order in the flat vector

INLINE float factor_at(const float* factors, int k) {
    return factors == 0 ? 1 : factors[k];
}

KERNEL weights_to_krsc(
        T* to, const float* from, const float* means, const float* factors, int k, int c, int rs,
        int paddedK, int paddedC) {
    transpose(to, from, {k, c, rs, rs, paddedK, paddedC, rs}, [=](float x, int batch, int) {
        return (x - (means == 0 ? 0 : means[batch])) * factor_at(factors, batch);
    });
}

template <class E>
INLINE void to_kcrs(
        float* to, const E* from, const float* scale, int k, int c, int rs, int paddedC) {
    transpose(to, from, {k, rs, c, paddedC, k, rs, c}, scaled_by(scale));
}

KERNEL gradient_to_kcrs(
        float* to, const T* from, const float* scale, int k, int c, int rs, int paddedC) {
    to_kcrs(to, from, scale, k, c, rs, paddedC);
}

KERNEL gradient_to_kcrs_float(
        float* to, const float* from, const float* scale, int k, int c, int rs, int paddedC) {
    to_kcrs(to, from, scale, k, c, rs, paddedC);
}

KERNEL depthwise_to_krs(
        T* to, const float* from, const float* factors, int k, int rs, int paddedK) {
    transpose(to, from, {1, rs, k, k, 1, rs, paddedK}, [=](float x, int, int column) {
        return x * factor_at(factors, column);
    });
}

template <class E>
INLINE void to_rsk(float* to, const E* from, const float* scale, int k, int rs) {
    transpose(to, from, {1, k, rs, rs, 1, k, rs}, scaled_by(scale));
}

KERNEL depthwise_gradient_to_rsk(
        float* to, const T* from, const float* scale, int k, int rs) {
    to_rsk(to, from, scale, k, rs);
}

KERNEL depthwise_gradient_to_rsk_float(
        float* to, const float* from, const float* scale, int k, int rs) {
    to_rsk(to, from, scale, k, rs);
}
