/**
 * A DL4J graph compiled into a training step. Start at {@link org.jft.core.engine.Engine}; {@link
 * org.jft.core.engine.Engines} finds one by name; {@link org.jft.core.engine.ParameterLayout} says
 * what lies where in the flat vectors, {@link org.jft.core.engine.GraphLayouts} reads it off a
 * graph and {@link org.jft.core.engine.WeightDraw} fills it; {@link
 * org.jft.core.engine.BilinearResize}, {@link org.jft.core.engine.GroupNormalization} and {@link
 * org.jft.core.engine.StandardizedConvolution} are what DL4J lacks; {@link
 * org.jft.core.engine.Nd4jCuda} asks the GPU before ND4J's CUDA backend loads. One package per
 * backend below this one; nothing outside it sees which backend runs. {@code portable} takes
 * networks to hosts without DL4J.
 */
package org.jft.core.engine;
