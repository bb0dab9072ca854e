/**
 * JPEG files to a batch of cropped, resized, mirrored pixels. {@link org.jft.bench.data.DataBench}
 * draws {@code SyntheticPhotos} and has threads that each own a {@code PixelSource} decode them:
 * the loader's own transform, and javax.imageio with Graphics2D.
 */
package org.jft.bench.data;
