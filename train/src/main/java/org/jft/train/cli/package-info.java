/** The command {@code jft-train}: options to a config, then a job or its plan. */
package org.jft.train.cli;
