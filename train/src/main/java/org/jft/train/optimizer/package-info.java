/**
 * Update rules and schedules on the flat parameter vector. {@link
 * org.jft.train.optimizer.Optimizer} applies one averaged gradient and keeps the parameters' moving
 * average; {@link org.jft.train.optimizer.Blocks} are the threads it does that with; {@link
 * org.jft.train.optimizer.Schedule} is the learning rate as a pure function of the step. Knows of
 * the network its {@link org.jft.core.engine.ParameterLayout} and which layer is the head, and no
 * worker.
 */
package org.jft.train.optimizer;
