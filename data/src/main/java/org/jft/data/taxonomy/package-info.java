/**
 * The label space: {@link org.jft.data.taxonomy.Taxonomy} (classes and their hierarchy, upward
 * closure), {@link org.jft.data.taxonomy.Labels} (what one image carries) and {@link
 * org.jft.data.taxonomy.ClassStatistics} (long tail and label noise in numbers). Knows no file
 * format but {@code taxonomy.json}.
 */
package org.jft.data.taxonomy;
