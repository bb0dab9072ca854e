/**
 * A trained network put to other work: {@link org.jft.core.transfer.Backbone} gives another network
 * its layers, all but the head; {@link org.jft.core.engine.NetworkSpec#withoutHead} and {@link
 * org.jft.core.engine.NetworkSpec#withFrozenUpTo} say what is computed and what is trained.
 */
package org.jft.core.transfer;
