package org.jft.core.engine.cuda;

/** The launch shapes of kernels/README.md. */
record Grid(int x, int y) {
    private static final int BLOCK = 256;
    private static final int UNIT = 8;
    private static final int LANES = 32;
    private static final int TILE = 4096;
    private static final int MOST = 8192;

    static Grid of(int x) {
        return new Grid(x, 1);
    }

    static Grid flat(int count) {
        return of(clamp(ceil(count, BLOCK * UNIT)));
    }

    static Grid image(int n, int h, int w, int c) {
        return new Grid(clamp(ceil(h * w * (c / width(c)), BLOCK)), n);
    }

    static Grid columns(int c, int chunks) {
        return new Grid(ceil(c, LANES * width(c)), chunks);
    }

    static Grid combine(int c) {
        return of(ceil(c, LANES));
    }

    static Grid tiles(int count) {
        return of(clamp(ceil(count, TILE)));
    }

    static Grid channels(int c) {
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
