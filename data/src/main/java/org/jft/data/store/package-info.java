/**
 * Where the files of a data set lie: {@link org.jft.data.store.Storage} opens a folder of this
 * machine or a prefix of an S3 bucket, {@link org.jft.data.store.StoredFile} reads one file of it
 * at random and says so when the file changes meanwhile.
 *
 * <p>A read from S3 passes {@code ChunkedFile} (cuts it into aligned chunks), {@code ChunkReader}
 * (one fetch for all who ask), {@code DiskCache} (chunks on disk, shared by processes) and, for
 * what is not there, {@code S3Bucket} (requests) with {@code Retry}. The only importer of the AWS
 * SDK.
 */
package org.jft.data.store;
