// Behind common.cuh in front of every kernel source: means and variances, merged from parts, and
// what backward sums.

/** Count, mean and sum of squared deviations of some numbers. */
struct Moments {
    float count;
    float mean;
    float squares;
};

/** Chan, Golub and LeVeque 1979: no difference of large sums, however large the mean. */
INLINE Moments merge(Moments a, Moments b) {
    float count = a.count + b.count;
    if (b.count == 0) {
        return a;
    }
    float share = b.count / count;
    float delta = b.mean - a.mean;
    return {count, a.mean + delta * share, a.squares + b.squares + delta * delta * a.count * share};
}

/** The moments of V channels, all of the same rows. */
template <int V>
struct MomentsOf {
    float count;
    Values<V> mean;
    Values<V> squares;

    INLINE Moments get(int j) const {
        return {count, mean.at[j], squares.at[j]};
    }

    INLINE void merge_with(float otherCount, Values<V> otherMean, Values<V> otherSquares) {
        UNROLL
        for (int j = 0; j < V; j++) {
            Moments m = merge(get(j), {otherCount, otherMean.at[j], otherSquares.at[j]});
            mean.at[j] = m.mean;
            squares.at[j] = m.squares;
        }
        count += otherCount;
    }
};

/**
 * Adds a chunk's gradients of V channels to the sums for shift and scale, the latter without the
 * factor 1 / deviation; gradient(i) returns those of V neighbours, the first at i.
 */
template <int V, class Read>
INLINE void add_gradients(
        Values<V>& shiftSum, Values<V>& scaleSum, Read gradient, const T* x, Values<V> means,
        const Columns& at, const Chunk& chunk, int c) {
    UNROLL_TWICE
    for (i64 row = chunk.from + at.row; row < chunk.to; row += at.rowStep) {
        i64 i = row * c + at.channel;
        Values<V> g = gradient(i);
        Values<V> v = load<V>(x + i);
        UNROLL
        for (int j = 0; j < V; j++) {
            shiftSum.at[j] += g.at[j];
            scaleSum.at[j] += g.at[j] * (v.at[j] - means.at[j]);
        }
    }
}

/** Merges what the threads below one another hold; the result is that of row 0. */
template <int V>
INLINE MomentsOf<V> merge_rows(MomentsOf<V> x, const Columns& at) {
    __shared__ float counts[BLOCK];
    __shared__ float means[V][BLOCK];
    __shared__ float squares[V][BLOCK];
    int me = threadIdx.x;
    for (int half = at.rowStep / 2; half > 0; half /= 2) {
        counts[me] = x.count;
        UNROLL
        for (int j = 0; j < V; j++) {
            means[j][me] = x.mean.at[j];
            squares[j][me] = x.squares.at[j];
        }
        __syncthreads();
        if (at.row < half) {
            int other = me + half * at.lanes;
            Values<V> mean;
            Values<V> square;
            UNROLL
            for (int j = 0; j < V; j++) {
                mean.at[j] = means[j][other];
                square.at[j] = squares[j][other];
            }
            x.merge_with(counts[other], mean, square);
        }
        __syncthreads();
    }
    return x;
}
