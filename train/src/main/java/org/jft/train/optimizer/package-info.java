/**
 * Update rules and schedules on the flat parameter vector. {@link
 * org.jft.train.optimizer.Optimizer} applies one averaged gradient; {@link
 * org.jft.train.optimizer.Schedule} is the learning rate as a pure function of the step. Knows no
 * network and no worker: only the {@link org.jft.core.engine.ParameterLayout}.
 */
package org.jft.train.optimizer;
