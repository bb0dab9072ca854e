/**
 * From images and labels to data sets. A {@link org.jft.data.ingest.Source} (folders, a manifest,
 * IDX files, archives, Parquet) lists {@link org.jft.data.ingest.Entry entries}; {@link
 * org.jft.data.ingest.Importer} checks and deduplicates them, {@code LabelSpace} turns what they
 * claim into a taxonomy, and a {@link org.jft.data.shard.DataSetWriter} takes the rows. {@link
 * org.jft.data.ingest.Verifier} reads a whole data set back.
 */
package org.jft.data.ingest;
