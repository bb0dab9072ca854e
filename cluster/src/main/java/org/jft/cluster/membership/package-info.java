/**
 * Who takes part in a job. {@link org.jft.cluster.membership.Rendezvous} is where the ranks of a
 * fixed world meet before the first collective, over control lanes of any transport. Knows no
 * collective.
 */
package org.jft.cluster.membership;
