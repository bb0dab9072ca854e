/** The command {@code jft-eval}: a sweep, its fits and its report. */
package org.jft.eval.cli;
