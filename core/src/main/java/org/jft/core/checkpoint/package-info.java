/** Checkpoints: format, reader, writer; atomic rename; checksum. */
package org.jft.core.checkpoint;
