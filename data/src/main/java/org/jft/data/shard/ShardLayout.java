package org.jft.data.shard;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * Sizes within a data set, in bytes.
 *
 * @param shardBytes a shard is closed once it holds this much
 * @param rowGroupBytes a row group is what a plain Parquet reader must load to see one row; also
 *     what the writer holds in memory
 * @param pageBytes a page costs one small read when the data set is opened; at least 64, with less
 *     Parquet does not begin
 */
public record ShardLayout(long shardBytes, int rowGroupBytes, int pageBytes)
        implements Serializable {
    /** 256 MiB shards, 16 MiB row groups, 1 MiB pages. */
    public static final ShardLayout DEFAULT = new ShardLayout(256L << 20, 16 << 20, 1 << 20);

    private static final int SMALLEST_PAGE = 64;

    public ShardLayout {
        checkArgument(
                SMALLEST_PAGE <= pageBytes
                        && pageBytes <= rowGroupBytes
                        && rowGroupBytes <= shardBytes,
                "%s <= pageBytes=%s <= rowGroupBytes=%s <= shardBytes=%s does not hold",
                SMALLEST_PAGE,
                pageBytes,
                rowGroupBytes,
                shardBytes);
    }
}
