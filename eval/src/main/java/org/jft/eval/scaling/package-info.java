/**
 * How a score grows with the number of training images: laws, least squares, intervals.
 *
 * <p>Start at {@link org.jft.eval.scaling.Bootstrap}, which fits one law to a {@link
 * org.jft.eval.scaling.Curve} and says how sure it is. The laws are the {@link
 * org.jft.eval.scaling.ScalingLaw}s; {@link org.jft.eval.scaling.CurveFitter} finds their
 * parameters; {@link org.jft.eval.scaling.Extrapolation} judges a law on sizes it has not seen.
 * {@link org.jft.eval.scaling.JointFitter} does all that for data and model size together. All pure
 * functions of their arguments, seeds among them: no clock, no file, no global state.
 */
package org.jft.eval.scaling;
