package org.jft.eval.transfer.study;

/**
 * What a target comes to.
 *
 * @param learnt images that a seed learns from
 * @param scored test images
 * @param probes to fit, over both starts and all seeds
 * @param runs of fine-tuning, those that choose a learning rate among them
 * @param steps of one such run
 */
public record TargetPlan(
        String target, long learnt, long scored, int probes, int runs, long steps) {}
