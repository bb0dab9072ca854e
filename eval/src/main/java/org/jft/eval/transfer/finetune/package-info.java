/**
 * Training all of a network on a target: {@link org.jft.eval.transfer.finetune.FineTuneRun} is a
 * run of jft-train by the {@link org.jft.eval.transfer.finetune.HyperRule}, so it resumes like one.
 */
package org.jft.eval.transfer.finetune;
