/**
 * Files that hold many: {@link org.jft.data.archive.TarReader} and {@link
 * org.jft.data.archive.TfRecordReader} say what lies where in one pass, front to back, over a
 * {@link org.jft.data.archive.ForwardFile}; {@link org.jft.data.archive.PlacedReader} reads a part
 * again by its place. Nothing is unpacked to disk. Knows bytes and names, no images.
 */
package org.jft.data.archive;
