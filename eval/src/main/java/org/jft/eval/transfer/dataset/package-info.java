/**
 * The data sets that networks are put to: which images a seed learns from, which it holds out, how
 * pixels and labels are prepared. Start at {@link org.jft.eval.transfer.dataset.Target}.
 */
package org.jft.eval.transfer.dataset;
