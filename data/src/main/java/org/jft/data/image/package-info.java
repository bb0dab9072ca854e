/**
 * Encoded bytes in, a square of uint8 RGB in batch memory out. Start at {@link
 * org.jft.data.image.ImageTransform}, which one decoding thread owns. {@link
 * org.jft.data.header.ImageHeader} knows an image's size, alpha and orientation before anything is
 * decoded; {@code Framing} turns that and a {@link org.jft.data.image.SampleRandom} into crop and
 * flip, so that pixels depend on (seed, epoch, row) and on nothing else; OpenCV does the rest, or
 * for JPEGs {@code JpegCropper}, see {@link org.jft.data.image.JpegDecoder}. {@code Augmentation}
 * is what comes after, on the square.
 */
package org.jft.data.image;
