/**
 * A DL4J graph compiled into a training step. Start at {@link org.jft.core.engine.Engine}; {@link
 * org.jft.core.engine.Engines} finds one by name; {@link org.jft.core.engine.ParameterLayout} says
 * what lies where in the flat vectors. One package per backend below this one; nothing outside it
 * sees which backend runs.
 */
package org.jft.core.engine;
