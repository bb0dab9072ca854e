/**
 * The training loop and what surrounds it. {@link org.jft.train.loop.TrainingJob} starts the
 * workers; each runs a {@link org.jft.train.loop.Worker}, which puts the parts together and hands
 * over to {@link org.jft.train.loop.Trainer}: the algorithm's steps on a {@link
 * org.jft.train.loop.TrainedModel}. When the workers change, {@link org.jft.train.loop.RunState}
 * brings those there are to the same step, from a checkpoint if need be, and {@link
 * org.jft.train.loop.Deal} deals out what is missing of it. {@link org.jft.train.loop.RunFolder} is
 * what a run leaves behind; {@link org.jft.train.loop.RunPlan} says what it will cost before it
 * starts.
 */
package org.jft.train.loop;
