/**
 * The {@code nd4j} engine: the graph run by DL4J itself on whatever ND4J backend is on the class
 * path. The correctness oracle of the others and the fallback for layers they do not know.
 *
 * <p>{@link org.jft.core.engine.nd4j.Nd4jEngineFactory} compiles; {@code WorkspaceGraph} is DL4J's
 * ComputationGraph with forward and backward callable apart, inside one memory workspace; {@code
 * FastLayers} swaps stock convolution and batch-norm layers for ones that call libnd4j's operations
 * (stock convolution is im2col + gemm, 5-8 times slower) and for frozen batch norms. {@code
 * RecordingInput} keeps the gradient of an input, {@code OutputCopies} the one of an output that is
 * read again. Parameters keep their place, so a model saved from here is a stock DL4J model.
 *
 * <p>DL4J's workspaces belong to the thread: of two engines on one thread, the second must not run
 * between the first's forward pass and its backward.
 */
package org.jft.core.engine.nd4j;
