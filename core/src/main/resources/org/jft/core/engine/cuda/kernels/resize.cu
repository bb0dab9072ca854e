// Resampling, pixel centres at half positions; positions are fractions of integers, hence exact.

struct Resize {
    int n, h, w, c;
    int outH, outW;
};

/** The pixel nearest to output pixel i along one side. */
INLINE int nearest(int i, int side, int outSide) {
    return (int)((2 * (i64)i + 1) * side / (2 * (i64)outSide));
}

/** The first output pixel whose nearest is i or later. */
INLINE int first_nearest(int i, int side, int outSide) {
    i64 up = 2 * (i64)outSide * i - side + 2 * (i64)side - 1;
    return up < 0 ? 0 : (int)(up / (2 * (i64)side));
}

KERNEL resize_nearest(T* to, const T* from, Resize r) {
    with_width(r.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(r.n, r.outH, r.outW, r.c, [=](int image, int y, int x, int channel) {
            int inY = nearest(y, r.h, r.outH);
            int inX = nearest(x, r.w, r.outW);
            store(to + element(image, r.outH, r.outW, r.c, y, x, channel),
                  load<V>(from + element(image, r.h, r.w, r.c, inY, inX, channel)));
        });
    });
}

KERNEL resize_nearest_backward(T* to, const T* gradient, Resize r) {
    with_width(r.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(r.n, r.h, r.w, r.c, [=](int image, int y, int x, int channel) {
            Values<V> sum = {};
            int firstX = first_nearest(x, r.w, r.outW);
            for (int i = first_nearest(y, r.h, r.outH);
                 i < r.outH && nearest(i, r.h, r.outH) == y; i++) {
                for (int j = firstX; j < r.outW && nearest(j, r.w, r.outW) == x; j++) {
                    i64 out = element(image, r.outH, r.outW, r.c, i, j, channel);
                    Values<V> g = load<V>(gradient + out);
                    UNROLL
                    for (int v = 0; v < V; v++) {
                        sum.at[v] += g.at[v];
                    }
                }
            }
            store(to + element(image, r.h, r.w, r.c, y, x, channel), sum);
        });
    });
}

/** The two pixels an output pixel lies between, and how far it is on the way to the second. */
struct Between {
    int first;
    int second;
    float way;

    INLINE float weight(int pixel) const {
        return (pixel == first ? 1 - way : 0) + (pixel == second ? way : 0);
    }
};

INLINE Between between(int i, int side, int outSide) {
    i64 unit = 2 * (i64)outSide;
    i64 position = (2 * (i64)i + 1) * side - outSide;  // in units of 1 / unit
    position = position < 0 ? 0 : position;
    int first = (int)(position / unit);
    int second = first + 1 < side ? first + 1 : first;
    return {first, second, (float)(position - first * unit) / (float)unit};
}

/** The first output pixel that may touch pixel i: it lies at i - 1 or later. */
INLINE int first_touching(int i, int side, int outSide) {
    i64 up = (2 * (i64)i - 1) * outSide - side;
    return i == 0 || up < 0 ? 0 : (int)(up / (2 * (i64)side));
}

KERNEL resize_bilinear(T* to, const T* from, Resize r) {
    with_width(r.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(r.n, r.outH, r.outW, r.c, [=](int image, int y, int x, int channel) {
            Between down = between(y, r.h, r.outH);
            Between across = between(x, r.w, r.outW);
            const T* upper = from + element(image, r.h, r.w, r.c, down.first, 0, channel);
            const T* lower = from + element(image, r.h, r.w, r.c, down.second, 0, channel);
            i64 left = (i64)across.first * r.c;
            i64 right = (i64)across.second * r.c;
            Values<V> a = load<V>(upper + left);
            Values<V> b = load<V>(upper + right);
            Values<V> c = load<V>(lower + left);
            Values<V> d = load<V>(lower + right);
            UNROLL
            for (int j = 0; j < V; j++) {
                float above = (1 - across.way) * a.at[j] + across.way * b.at[j];
                float below = (1 - across.way) * c.at[j] + across.way * d.at[j];
                a.at[j] = (1 - down.way) * above + down.way * below;
            }
            store(to + element(image, r.outH, r.outW, r.c, y, x, channel), a);
        });
    });
}

KERNEL resize_bilinear_backward(T* to, const T* gradient, Resize r) {
    with_width(r.c, [=](auto width) {
        constexpr int V = decltype(width)::value;
        for_each_place<V>(r.n, r.h, r.w, r.c, [=](int image, int y, int x, int channel) {
            Values<V> sum = {};
            for (int i = first_touching(y, r.h, r.outH); i < r.outH; i++) {
                Between down = between(i, r.h, r.outH);
                if (down.first > y) {
                    break;
                }
                for (int j = first_touching(x, r.w, r.outW); j < r.outW; j++) {
                    Between across = between(j, r.w, r.outW);
                    if (across.first > x) {
                        break;
                    }
                    float weight = down.weight(y) * across.weight(x);
                    if (weight != 0) {
                        i64 out = element(image, r.outH, r.outW, r.c, i, j, channel);
                        Values<V> g = load<V>(gradient + out);
                        UNROLL
                        for (int v = 0; v < V; v++) {
                            sum.at[v] += weight * g.at[v];
                        }
                    }
                }
            }
            store(to + element(image, r.h, r.w, r.c, y, x, channel), sum);
        });
    });
}
