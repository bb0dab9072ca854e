// Group normalization (Wu and He 2018): of each image by itself, over its pixels and c / groups
// neighbouring channels. norm_statistics_partial is the first pass; its chunks end where images do.

/** The chunks of an image's channels that make up one group: chunks * channels parts. */
struct GroupParts {
    int channels;  // of a group
    int first;     // channel
    i64 row;       // of partials, where the image begins
    bool inside;

    INLINE GroupParts(int at, int n, int c, int groups, int chunks)
        : channels(c / groups), first(at % groups * (c / groups)), row((i64)(at / groups) * chunks),
          inside(at < n * groups) {}

    INLINE int channel(int part) const {
        return first + part % channels;
    }

    INLINE i64 place(int part, int c) const {
        return (row + part / channels) * 2 * c + channel(part);
    }
};

KERNEL group_statistics(
        float* mean, float* inverse, const float* partials, int n, int hw, int c, int groups,
        int chunks, float epsilon) {
    Columns at = columns_of_chunks();  // a column is a group of an image
    GroupParts parts(at.channel, n, c, groups, chunks);
    MomentsOf<1> moments = {};
    if (parts.inside) {
        for (int i = at.row; i < chunks * parts.channels; i += at.rowStep) {
            const float* from = partials + parts.place(i, c);
            moments.merge_with((float)(hw / chunks), {{from[0]}}, {{from[c]}});
        }
    }
    moments = merge_rows(moments, at);
    if (at.row == 0 && parts.inside) {
        float variance = moments.squares.at[0] / moments.count;
        mean[at.channel] = moments.mean.at[0];
        inverse[at.channel] = 1 / sqrtf(variance + epsilon);
    }
}

/**
 * Calls f(i, channels) for each V neighbours of images [n, hw, c]; read(image, c) makes what belongs
 * to V channels from the first one. It is called once an image where each round of the grid begins
 * at the same channel.
 */
template <int V, class Read, class F>
INLINE void for_each_of_images(int n, int hw, int c, Read read, F f) {
    i64 count = (i64)hw * c;
    u32 step = gridDim.x * BLOCK * V;
    bool same = step % (u32)c == 0;
    for (int image = blockIdx.y; image < n; image += gridDim.y) {
        i64 i = ((i64)blockIdx.x * BLOCK + threadIdx.x) * V;
        auto channels = read(image, channel_of(i, c));
        for (; i < count; i += step) {
            f(image * count + i, channels);
            if (!same && i + step < count) {
                channels = read(image, channel_of(i + step, c));
            }
        }
    }
}

/** y = (x - mean) factor + shift. */
template <int V>
struct GroupApply {
    Values<V> mean;
    Values<V> factor;
    Values<V> shift;
};

template <int V>
INLINE void apply_groups(
        T* y, const T* x, const float* mean, const float* inverse, const float* scale,
        const float* shift, int n, int hw, int c, int groups) {
    int ofGroup = c / groups;
    auto read = [=](int image, int channel) {
        GroupApply<V> of;
        UNROLL
        for (int j = 0; j < V; j++) {
            int group = image * groups + (channel + j) / ofGroup;
            of.mean.at[j] = mean[group];
            of.factor.at[j] = inverse[group] * scale[channel + j];
            of.shift.at[j] = shift[channel + j];
        }
        return of;
    };
    for_each_of_images<V>(n, hw, c, read, [=](i64 i, const GroupApply<V>& of) {
        Values<V> v = load<V>(x + i);
        UNROLL
        for (int j = 0; j < V; j++) {
            v.at[j] = (v.at[j] - of.mean.at[j]) * of.factor.at[j] + of.shift.at[j];
        }
        store(y + i, v);
    });
}

KERNEL group_apply(
        T* y, const T* x, const float* mean, const float* inverse, const float* scale,
        const float* shift, int n, int hw, int c, int groups) {
    with_width(c, [=](auto width) {
        apply_groups<decltype(width)::value>(
                y, x, mean, inverse, scale, shift, n, hw, c, groups);
    });
}

template <int V>
INLINE void group_partial(
        float* partials, const T* gradient, const T* x, const float* mean, const float* inverse,
        int n, int hw, int c, int groups) {
    Columns at = columns<V>(c);
    Chunk chunk = chunk_of((i64)n * hw, blockIdx.y, gridDim.y);  // of one image
    bool inside = at.channel < c;
    int group = (int)(chunk.from / hw) * groups;
    int ofGroup = c / groups;
    Values<V> means = {};
    Values<V> shiftSum = {};
    Values<V> scaleSum = {};
    if (inside) {
        UNROLL
        for (int j = 0; j < V; j++) {
            means.at[j] = mean[group + (at.channel + j) / ofGroup];
        }
        auto read = [=](i64 i) { return load<V>(gradient + i); };
        add_gradients(shiftSum, scaleSum, read, x, means, at, chunk, c);
    }
    shiftSum = sum_rows(shiftSum, at);
    scaleSum = sum_rows(scaleSum, at);
    if (at.row == 0 && inside) {
        float* to = partials + (i64)blockIdx.y * 2 * c + at.channel;
        UNROLL
        for (int j = 0; j < V; j++) {
            to[j] = shiftSum.at[j];
            to[c + j] = scaleSum.at[j] * inverse[group + (at.channel + j) / ofGroup];
        }
    }
}

KERNEL group_backward_partial(
        float* partials, const T* gradient, const T* x, const float* mean, const float* inverse,
        int n, int hw, int c, int groups) {
    with_width(c, [=](auto width) {
        group_partial<decltype(width)::value>(
                partials, gradient, x, mean, inverse, n, hw, c, groups);
    });
}

KERNEL group_backward_means(
        float* means, const float* partials, const float* scale, int n, int hw, int c, int groups,
        int chunks) {
    Columns at = columns_of_chunks();
    GroupParts parts(at.channel, n, c, groups, chunks);
    Values<1> shiftSum = {{0}};
    Values<1> scaleSum = {{0}};
    if (parts.inside) {
        for (int i = at.row; i < chunks * parts.channels; i += at.rowStep) {
            const float* from = partials + parts.place(i, c);
            float factor = scale[parts.channel(i)];
            shiftSum.at[0] += factor * from[0];
            scaleSum.at[0] += factor * from[c];
        }
    }
    shiftSum = sum_rows(shiftSum, at);
    scaleSum = sum_rows(scaleSum, at);
    if (at.row == 0 && parts.inside) {
        float values = (float)hw * parts.channels;
        means[at.channel] = shiftSum.at[0] / values;
        means[n * groups + at.channel] = scaleSum.at[0] / values;
    }
}

/** dx = factor g - shiftPart - (x - mean) scalePart. */
template <int V>
struct GroupBackward {
    Values<V> mean;
    Values<V> factor;
    Values<V> shiftPart;
    Values<V> scalePart;
};

template <int V>
INLINE void group_data(
        T* dx, const T* gradient, const T* x, const float* mean, const float* inverse,
        const float* scale, const float* means, int n, int hw, int c, int groups) {
    int ofGroup = c / groups;
    auto read = [=](int image, int channel) {
        GroupBackward<V> of;
        UNROLL
        for (int j = 0; j < V; j++) {
            int group = image * groups + (channel + j) / ofGroup;
            float root = inverse[group];
            of.mean.at[j] = mean[group];
            of.factor.at[j] = scale[channel + j] * root;
            of.shiftPart.at[j] = means[group] * root;
            of.scalePart.at[j] = means[n * groups + group] * root * root;
        }
        return of;
    };
    for_each_of_images<V>(n, hw, c, read, [=](i64 i, const GroupBackward<V>& of) {
        Values<V> g = load<V>(gradient + i);
        Values<V> v = load<V>(x + i);
        UNROLL
        for (int j = 0; j < V; j++) {
            float rest = of.shiftPart.at[j] + (v.at[j] - of.mean.at[j]) * of.scalePart.at[j];
            g.at[j] = of.factor.at[j] * g.at[j] - rest;
        }
        store(dx + i, g);
    });
}

KERNEL group_backward_data(
        T* dx, const T* gradient, const T* x, const float* mean, const float* inverse,
        const float* scale, const float* means, int n, int hw, int c, int groups) {
    with_width(c, [=](auto width) {
        group_data<decltype(width)::value>(
                dx, gradient, x, mean, inverse, scale, means, n, hw, c, groups);
    });
}
