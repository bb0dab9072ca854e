/**
 * The import on Apache Spark. {@link org.jft.data.spark.SparkEngine} takes the steps of the local
 * {@link org.jft.data.ingest.Importer} over a cluster: {@link org.jft.data.spark.ImportSteps} says
 * what each does to a part of the images, {@link org.jft.data.spark.Copies} is what is known of
 * equal images, {@link org.jft.data.spark.ShardTask} writes shards. The only importer of
 * org.apache.spark.
 */
package org.jft.data.spark;
