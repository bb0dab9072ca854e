/**
 * Pre-trained against random weights: {@link org.jft.eval.transfer.study.TransferStudy} runs every
 * method on every target with both, point by point, resumable; {@link
 * org.jft.eval.transfer.study.TransferResult} says what the difference is and how sure that is.
 */
package org.jft.eval.transfer.study;
