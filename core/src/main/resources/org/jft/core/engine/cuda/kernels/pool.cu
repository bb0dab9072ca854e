// Pooling. Backward gathers: each pixel looks for the windows that it lies in, so nothing is added to
// by two threads.

struct Sliding {
    int n, h, w, c;
    int outH, outW;
    int kernelH, kernelW;
    int strideH, strideW;
    int dilationH, dilationW;
    int beforeH, beforeW;
    int countPadding;
};

/** Whether b comes before a as a maximum: larger, or NaN where a is not. */
INLINE bool exceeds(float b, float a) {
    return b > a || (b != b && a == a);
}

/** Calls f(pixel of the input, index in the window) over the part of a window inside the image. */
template <class F>
INLINE void for_each_in_window(const Sliding& s, int image, int y, int x, int channel, F f) {
    for (int i = 0; i < s.kernelH; i++) {
        int inY = y * s.strideH + i * s.dilationH - s.beforeH;
        if (inY < 0 || inY >= s.h) {
            continue;
        }
        for (int j = 0; j < s.kernelW; j++) {
            int inX = x * s.strideW + j * s.dilationW - s.beforeW;
            if (inX >= 0 && inX < s.w) {
                f(element(image, s.h, s.w, s.c, inY, inX, channel), i * s.kernelW + j);
            }
        }
    }
}

/** The windows along one side that a place lies in, counted from the padding's start. */
struct Windows {
    int at;
    int first;
    int last;
};

INLINE Windows windows(int place, int before, int kernel, int dilation, int stride, int out) {
    int at = place + before;
    int reach = (kernel - 1) * dilation;  // of a window, behind its start
    int last = at / stride;
    return {at, at <= reach ? 0 : (at - reach - 1) / stride + 1, last < out ? last : out - 1};
}

/** Returns which place of a window lies at an offset from its start, or -1 between two. */
INLINE int tap(int offset, int dilation) {
    if (dilation == 1) {
        return offset;
    }
    int index = offset / dilation;
    return index * dilation == offset ? index : -1;
}

/** Calls f(pixel of the output, index in the window, y, x) for each window a pixel lies in. */
template <class F>
INLINE void for_each_window(const Sliding& s, int image, int y, int x, int channel, F f) {
    Windows down = windows(y, s.beforeH, s.kernelH, s.dilationH, s.strideH, s.outH);
    Windows right = windows(x, s.beforeW, s.kernelW, s.dilationW, s.strideW, s.outW);
    for (int outY = down.last; outY >= down.first; outY--) {
        int i = tap(down.at - outY * s.strideH, s.dilationH);
        for (int outX = right.last; i >= 0 && outX >= right.first; outX--) {
            int j = tap(right.at - outX * s.strideW, s.dilationW);
            if (j >= 0) {
                i64 out = element(image, s.outH, s.outW, s.c, outY, outX, channel);
                f(out, i * s.kernelW + j, outY, outX);
            }
        }
    }
}

template <int V, class I>
INLINE void max_forward(T* to, I* at, const T* from, const Sliding& s) {
    for_each_place<V>(s.n, s.outH, s.outW, s.c, [=](int image, int y, int x, int channel) {
        Values<V> best = {};
        Pack<I, V> bestAt = {};
        bool first = true;
        for_each_in_window(s, image, y, x, channel, [&](i64 pixel, int index) {
            Values<V> v = load<V>(from + pixel);
            UNROLL
            for (int j = 0; j < V; j++) {
                if (first || exceeds(v.at[j], best.at[j])) {
                    best.at[j] = v.at[j];
                    bestAt.at[j] = (I)index;
                }
            }
            first = false;
        });
        i64 out = element(image, s.outH, s.outW, s.c, y, x, channel);
        store(to + out, best);
        if (at != 0) {
            *(Pack<I, V>*)(at + out) = bestAt;
        }
    });
}

KERNEL max_pool(T* to, u8* at, const T* from, Sliding s) {
    with_width(s.c, [=](auto width) {
        max_forward<decltype(width)::value>(to, at, from, s);
    });
}

KERNEL max_pool_wide(T* to, int* at, const T* from, Sliding s) {
    with_width(s.c, [=](auto width) {
        max_forward<decltype(width)::value>(to, at, from, s);
    });
}

template <int V, class I>
INLINE void max_backward(T* to, const I* at, const T* gradient, const Sliding& s) {
    for_each_place<V>(s.n, s.h, s.w, s.c, [=](int image, int y, int x, int channel) {
        Values<V> sum = {};
        for_each_window(s, image, y, x, channel, [&](i64 out, int index, int, int) {
            Values<V> g = load<V>(gradient + out);
            Pack<I, V> maxima = *(const Pack<I, V>*)(at + out);
            UNROLL
            for (int j = 0; j < V; j++) {
                sum.at[j] += maxima.at[j] == index ? g.at[j] : 0;
            }
        });
        store(to + element(image, s.h, s.w, s.c, y, x, channel), sum);
    });
}

KERNEL max_pool_backward(T* to, const u8* at, const T* gradient, Sliding s) {
    with_width(s.c, [=](auto width) {
        max_backward<decltype(width)::value>(to, at, gradient, s);
    });
}

KERNEL max_pool_backward_wide(T* to, const int* at, const T* gradient, Sliding s) {
    with_width(s.c, [=](auto width) {
        max_backward<decltype(width)::value>(to, at, gradient, s);
    });
}

/** The part of a window inside an image, along one side. */
INLINE int inside(int out, int stride, int kernel, int dilation, int before, int side) {
    int count = 0;
    for (int i = 0; i < kernel; i++) {
        int at = out * stride + i * dilation - before;
        count += at >= 0 && at < side;
    }
    return count;
}

INLINE float divisor(const Sliding& s, int y, int x) {
    if (s.countPadding) {
        return (float)(s.kernelH * s.kernelW);
    }
    int down = inside(y, s.strideH, s.kernelH, s.dilationH, s.beforeH, s.h);
    return (float)(down * inside(x, s.strideW, s.kernelW, s.dilationW, s.beforeW, s.w));
}

KERNEL average_pool(T* to, const T* from, Sliding s) {
    with_width(s.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(s.n, s.outH, s.outW, s.c, [=](int image, int y, int x, int channel) {
            Values<V> sum = {};
            for_each_in_window(s, image, y, x, channel, [&](i64 pixel, int) {
                Values<V> v = load<V>(from + pixel);
                UNROLL
                for (int j = 0; j < V; j++) {
                    sum.at[j] += v.at[j];
                }
            });
            float by = divisor(s, y, x);
            UNROLL
            for (int j = 0; j < V; j++) {
                sum.at[j] /= by;
            }
            store(to + element(image, s.outH, s.outW, s.c, y, x, channel), sum);
        });
    });
}

KERNEL average_pool_backward(T* to, const T* gradient, Sliding s) {
    with_width(s.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(s.n, s.h, s.w, s.c, [=](int image, int y, int x, int channel) {
            Values<V> sum = {};
            for_each_window(s, image, y, x, channel, [&](i64 out, int, int outY, int outX) {
                Values<V> g = load<V>(gradient + out);
                float by = divisor(s, outY, outX);
                UNROLL
                for (int j = 0; j < V; j++) {
                    sum.at[j] += g.at[j] / by;
                }
            });
            store(to + element(image, s.h, s.w, s.c, y, x, channel), sum);
        });
    });
}

// ---- over a whole image

/** Takes the better of what the threads below one another hold, the first of equals. */
template <int V>
INLINE void best_of_rows(Values<V>& best, Pack<int, V>& bestAt, const Columns& at) {
    __shared__ float values[V][BLOCK];
    __shared__ int places[V][BLOCK];
    int me = threadIdx.x;
    for (int half = at.rowStep / 2; half > 0; half /= 2) {
        UNROLL
        for (int j = 0; j < V; j++) {
            values[j][me] = best.at[j];
            places[j][me] = bestAt.at[j];
        }
        __syncthreads();
        if (at.row < half) {
            UNROLL
            for (int j = 0; j < V; j++) {
                float value = values[j][me + half * at.lanes];
                int place = places[j][me + half * at.lanes];
                bool equal = !exceeds(value, best.at[j]) && !exceeds(best.at[j], value);
                if (exceeds(value, best.at[j]) || (equal && place < bestAt.at[j])) {
                    best.at[j] = value;
                    bestAt.at[j] = place;
                }
            }
        }
        __syncthreads();
    }
}

KERNEL global_max_pool(T* to, int* at, const T* from, int n, int hw, int c) {
    with_width(c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        Columns col = columns<V>(c);
        for (int image = blockIdx.y; image < n; image += gridDim.y) {
            Values<V> best;
            Pack<int, V> bestAt;
            UNROLL
            for (int j = 0; j < V; j++) {
                best.at[j] = -INFINITE;
                bestAt.at[j] = hw;  // behind all: a real -inf comes before it
            }
            for (int pixel = col.row; col.channel < c && pixel < hw; pixel += col.rowStep) {
                Values<V> v = load<V>(from + ((i64)image * hw + pixel) * c + col.channel);
                UNROLL
                for (int j = 0; j < V; j++) {
                    if (bestAt.at[j] == hw || exceeds(v.at[j], best.at[j])) {
                        best.at[j] = v.at[j];
                        bestAt.at[j] = pixel;
                    }
                }
            }
            best_of_rows(best, bestAt, col);
            if (col.row == 0 && col.channel < c) {
                i64 out = (i64)image * c + col.channel;
                store(to + out, best);
                if (at != 0) {
                    *(Pack<int, V>*)(at + out) = bestAt;
                }
            }
        }
    });
}

KERNEL global_max_pool_backward(
        T* to, const int* at, const T* gradient, int n, int hw, int c) {
    with_width(c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(n, hw, 1, c, [=](int image, int pixel, int, int channel) {
            i64 out = (i64)image * c + channel;
            Values<V> g = load<V>(gradient + out);
            Pack<int, V> maxima = *(const Pack<int, V>*)(at + out);
            UNROLL
            for (int j = 0; j < V; j++) {
                g.at[j] = maxima.at[j] == pixel ? g.at[j] : 0;
            }
            store(to + ((i64)image * hw + pixel) * c + channel, g);
        });
    });
}

KERNEL global_average_pool(T* to, const T* from, int n, int hw, int c) {
    with_width(c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        Columns col = columns<V>(c);
        for (int image = blockIdx.y; image < n; image += gridDim.y) {
            Values<V> sum = {};
            for (int pixel = col.row; col.channel < c && pixel < hw; pixel += col.rowStep) {
                Values<V> v = load<V>(from + ((i64)image * hw + pixel) * c + col.channel);
                UNROLL
                for (int j = 0; j < V; j++) {
                    sum.at[j] += v.at[j];
                }
            }
            sum = sum_rows(sum, col);
            if (col.row == 0 && col.channel < c) {
                UNROLL
                for (int j = 0; j < V; j++) {
                    sum.at[j] /= hw;
                }
                store(to + (i64)image * c + col.channel, sum);
            }
        }
    });
}

KERNEL global_average_pool_backward(T* to, const T* gradient, int n, int hw, int c) {
    with_width(c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(n, hw, 1, c, [=](int image, int pixel, int, int channel) {
            Values<V> g = load<V>(gradient + (i64)image * c + channel);
            UNROLL
            for (int j = 0; j < V; j++) {
                g.at[j] /= hw;
            }
            store(to + ((i64)image * hw + pixel) * c + channel, g);
        });
    });
}
