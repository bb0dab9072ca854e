/** The command {@code jft-data}: starts at {@link org.jft.data.cli.JftData}. */
package org.jft.data.cli;
