/**
 * Checkpoints: one zip file that DL4J's own ModelSerializer restores, with our entries beside its
 * own. {@link org.jft.core.checkpoint.Checkpoint} is the content, {@link
 * org.jft.core.checkpoint.CheckpointFile} the format, {@link
 * org.jft.core.checkpoint.CheckpointFolder} the files of a run: atomic, newest intact, keep N.
 */
package org.jft.core.checkpoint;
