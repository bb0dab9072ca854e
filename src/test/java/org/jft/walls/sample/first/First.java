package org.jft.walls.sample.first;

import org.jft.walls.sample.second.Second;

/** Half of a cycle on purpose. */
public record First(Second other) {}
