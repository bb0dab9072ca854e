package org.jft.core.engine.cuda.driver;

/**
 * The shape of a launch.
 *
 * @param x blocks
 * @param y blocks
 * @param z blocks
 * @param threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
public record Grid(int x, int y, int z, int threads, int sharedBytes) {
    /** Returns a row of blocks. */
    public static Grid of(int blocks, int threads) {
        return new Grid(blocks, 1, 1, threads, 0);
    }
}
