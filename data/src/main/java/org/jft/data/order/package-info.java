/**
 * Which samples, in which order, on which worker: pure functions of a few numbers, no I/O, no
 * model. {@link org.jft.data.order.Selection} numbers the rows of a subset, {@link
 * org.jft.data.order.SampleOrder} shuffles those numbers anew every epoch, {@link
 * org.jft.data.order.BatchPartition} says which positions of that order a worker reads in a step.
 * {@link org.jft.data.order.Hash} is the randomness behind all of them. The formulas are in
 * LOADING.md.
 */
package org.jft.data.order;
