/**
 * A network as a small program in static single assignment form, free of any backend: what the
 * compiled engines share. {@link org.jft.core.engine.program.Lowering} reads a DL4J graph ({@code
 * LayerLowering} its layers, {@code Windows} their padding, {@code Site} says no by name); a {@link
 * org.jft.core.engine.program.Program} is a list of {@link org.jft.core.engine.program.Node}s in
 * execution order, each one {@link org.jft.core.engine.program.Op} from some {@link
 * org.jft.core.engine.program.Value}s to one. Batch size, precision, memory layout and the backward
 * pass come later, in the plan.
 */
package org.jft.core.engine.program;
