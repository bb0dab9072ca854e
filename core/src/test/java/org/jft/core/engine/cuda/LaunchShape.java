package org.jft.core.engine.cuda;

/** The launch shapes of kernels/README.md. */
record LaunchShape(int x, int y) {
    private static final int BLOCK = 256;
    private static final int UNIT = 8;
    private static final int LANES = 32;
    private static final int COMBINED = 8;
    private static final int TILE = 4096;
    private static final int MOST = 8192;

    static LaunchShape of(int x) {
        return new LaunchShape(x, 1);
    }

    static LaunchShape flat(int count) {
        return of(clamp(ceil(count, BLOCK * UNIT)));
    }

    static LaunchShape image(int n, int h, int w, int c) {
        return new LaunchShape(clamp(ceil(h * w * (c / width(c)), BLOCK)), n);
    }

    static LaunchShape columns(int c, int chunks) {
        return new LaunchShape(ceil(c, LANES * width(c)), chunks);
    }

    static LaunchShape combine(int c) {
        return of(ceil(c, COMBINED));
    }

    static LaunchShape tiles(int count) {
        return of(clamp(ceil(count, TILE)));
    }

    static LaunchShape channels(int c) {
        return of(ceil(c, BLOCK));
    }

    private static int width(int c) {
        return c % UNIT == 0 ? UNIT : 1;
    }

    private static int ceil(int count, int by) {
        return (count + by - 1) / by;
    }

    private static int clamp(int blocks) {
        return Math.max(1, Math.min(blocks, MOST));
    }
}
