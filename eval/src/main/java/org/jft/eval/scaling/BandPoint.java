package org.jft.eval.scaling;

/** The interval of the law's value at one size; many of them make the band of a plot. */
public record BandPoint(double examples, Interval value) {}
