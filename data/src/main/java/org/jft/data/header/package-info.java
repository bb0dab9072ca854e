/**
 * What the first bytes of a JPEG, PNG, WebP or BMP say: {@link org.jft.data.header.ImageHeader}
 * knows an image's size, transparency and {@link org.jft.data.header.Orientation}, or why it is
 * none we read, before anything is decoded. One class for each format.
 */
package org.jft.data.header;
