package org.jft.eval.sweep;

/**
 * What the points of one curve share.
 *
 * @param name the values of the axes that vary in its sweep, such as "resnet8s, equal steps"; of a
 *     sweep without such axes the architecture
 * @param panel the name without the architecture: series of one panel differ in model size alone
 * @param architecture of its networks
 */
public record Series(String name, String panel, String architecture) {}
