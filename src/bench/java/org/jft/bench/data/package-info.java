/**
 * JPEG files to a batch of cropped, resized, mirrored pixels. {@link org.jft.bench.data.DataBench}
 * draws {@code SyntheticPhotos} or takes {@code PhotoCuts} and holds a {@code Contest}: threads
 * that each own a {@code PixelSource} decode them (the loader's own transform with each of its
 * decoders, and javax.imageio with Graphics2D), and so do {@code PythonProcesses}. {@code
 * OrderBench} judges the order of samples: how well it mixes, and how fast a run resumes in it.
 * {@code SoakBench} loads for many epochs and watches memory.
 */
package org.jft.bench.data;
