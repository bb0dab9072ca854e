/**
 * What is known of places in an image: {@link org.jft.data.annotation.Annotations} holds its
 * objects ({@link org.jft.data.annotation.Instance}: box, class, mask, keypoints) and the class of
 * every pixel ({@link org.jft.data.annotation.ClassMask}). All of it moves with the pixels by a
 * {@link org.jft.data.annotation.PixelMap}.
 *
 * <p>Coordinates are continuous: (0, 0) is the image's upper left corner, and pixel i covers i to i
 * + 1, so its centre is at i + 0.5. Readers bring what counts otherwise to this.
 */
package org.jft.data.annotation;
