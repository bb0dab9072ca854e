/**
 * From images and labels to data sets. A {@link org.jft.data.ingest.Source} (folders, a manifest,
 * IDX files, archives, Parquet, COCO, Pascal VOC) lists {@link org.jft.data.ingest.Entry entries};
 * an {@link org.jft.data.ingest.ImportEngine} takes them through the steps that {@link
 * org.jft.data.ingest.Importer}, the local one, draws: check, find copies, turn what labels claim
 * into a taxonomy ({@link org.jft.data.ingest.LabelSpace}), write. Its working files are {@code
 * EntryLog}, {@code Repeats}, {@code KeyTable} and {@code ImportJournal}. {@link
 * org.jft.data.ingest.SynthDataSet} draws a set instead; {@link org.jft.data.ingest.Verifier} reads
 * a whole data set back.
 */
package org.jft.data.ingest;
