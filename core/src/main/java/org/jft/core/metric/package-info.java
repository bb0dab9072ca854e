/** Named numbers and their sinks. */
package org.jft.core.metric;
