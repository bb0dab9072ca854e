/**
 * The training loop and what surrounds it. {@link org.jft.train.loop.TrainingJob} starts the
 * workers; each runs a {@link org.jft.train.loop.Worker}, which puts the parts together, finds the
 * checkpoint to go on from and hands over to {@link org.jft.train.loop.Trainer}: one screen, the
 * algorithm's steps. {@link org.jft.train.loop.RunFolder} is what a run leaves behind; {@link
 * org.jft.train.loop.RunPlan} says what it will cost before it starts.
 */
package org.jft.train.loop;
