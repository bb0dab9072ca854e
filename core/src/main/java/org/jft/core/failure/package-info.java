/**
 * How things go wrong: one base exception, {@link org.jft.core.failure.JftException}, whose message
 * is one clear sentence and whose {@link org.jft.core.failure.Category} says what a caller may do
 * about it. Caller's faults stay {@code IllegalArgumentException} from Guava's Preconditions.
 */
package org.jft.core.failure;
