/**
 * Where the files of a data set lie: {@link org.jft.data.store.Storage} opens a folder of this
 * machine or a prefix of an S3 bucket, {@link org.jft.data.store.StoredFile} reads one file of it
 * at random and says so when the file changes meanwhile.
 */
package org.jft.data.store;
