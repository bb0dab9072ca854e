package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * Reading and decoding.
 *
 * @param threads decoding threads of one worker; 0 means the worker's share of the cores
 * @param prefetch batches decoded ahead
 * @param blockRows rows that stay together in a read
 * @param windowBlocks blocks that a micro batch mixes: a window of block_rows * window_blocks rows
 *     for each micro batch of a step. 0 means all of the set
 * @param maxBadShare the run stops when more than this share of images cannot be decoded
 */
public record LoaderConfig(
        int threads, int prefetch, int blockRows, int windowBlocks, Double maxBadShare) {
    public LoaderConfig {
        prefetch = prefetch == 0 ? 4 : prefetch;
        blockRows = blockRows == 0 ? 64 : blockRows;
        maxBadShare = maxBadShare == null ? 0.01 : maxBadShare;
        check(threads >= 0, "data.loader.threads must not be negative: %s", threads);
        check(prefetch > 0, "data.loader.prefetch must be positive: %s", prefetch);
        check(blockRows > 0, "data.loader.block_rows must be positive: %s", blockRows);
        check(
                windowBlocks >= 0,
                "data.loader.window_blocks must not be negative: %s",
                windowBlocks);
        check(
                maxBadShare >= 0 && maxBadShare <= 1,
                "data.loader.max_bad_share must be in 0..1: %s",
                maxBadShare);
    }

    static LoaderConfig defaults() {
        return new LoaderConfig(0, 0, 0, 0, null);
    }
}
