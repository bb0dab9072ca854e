/**
 * Data sets on disk: Parquet shards, manifest, reader, writer. The only importer of
 * org.apache.parquet. Start at {@link org.jft.data.shard.SampleStore}.
 */
package org.jft.data.shard;
