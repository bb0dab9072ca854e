/** Named numbers and their sinks. Start at {@link org.jft.core.metric.MetricSink}. */
package org.jft.core.metric;
