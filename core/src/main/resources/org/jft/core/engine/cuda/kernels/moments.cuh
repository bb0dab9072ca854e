// Behind common.cuh in front of every kernel source: means and variances, merged from parts.

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
