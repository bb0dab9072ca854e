package org.jft.walls.sample.second;

import org.jft.walls.sample.first.First;

/** The other half. */
public record Second(First other) {}
