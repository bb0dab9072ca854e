package org.jft.eval.sweep;

/**
 * What the points of one curve share.
 *
 * @param name the values of the axes that vary in its sweep, such as "resnet8s, equal steps"; of a
 *     sweep without such axes the architecture
 * @param panel the name without the architecture: series of one panel differ in model size alone
 * @param architecture of its networks
 * @param setting the name without noise and objective: series of one setting differ in those alone
 * @param noise name of the noise in the grid; empty where the grid has no such axis
 * @param objective name of the objective in the grid; empty likewise
 */
public record Series(
        String name,
        String panel,
        String architecture,
        String setting,
        String noise,
        String objective) {
    /** Returns whether label noise or the objective is an axis of its grid. */
    public boolean ofNoiseStudy() {
        return !noise.isEmpty() || !objective.isEmpty();
    }
}
