/**
 * What every command shares: {@link org.jft.core.cli.CommandRunner} turns a picocli command and its
 * arguments into an exit code (0 done, 1 failed, 2 usage) and each failure into one sentence;
 * {@link org.jft.core.cli.ProgressLine} draws a bar on a terminal and plain lines elsewhere.
 */
package org.jft.core.cli;
