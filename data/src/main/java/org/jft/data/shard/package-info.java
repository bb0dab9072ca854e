/**
 * Data sets on disk: Parquet shards and a manifest. Reading starts at {@link
 * org.jft.data.shard.DataSet} (its contract is {@link org.jft.data.shard.SampleStore}), writing at
 * {@link org.jft.data.shard.DataSetWriter}. The row's columns are in {@link
 * org.jft.data.shard.SampleSchema}, how one image is found with one read in {@link
 * org.jft.data.shard.ImageOffsets}. {@link org.jft.data.shard.DropList} names images that take no
 * part. {@link org.jft.data.shard.ImageTable} reads what others wrote. The only importer of
 * org.apache.parquet.
 */
package org.jft.data.shard;
