/**
 * What can be learnt from features alone: a {@link org.jft.eval.transfer.probe.Probe} learns from
 * {@link org.jft.eval.transfer.probe.Examples} and scores others. Arithmetic in double precision
 * whose results depend on nothing but the input; knows no networks and no files.
 */
package org.jft.eval.transfer.probe;
