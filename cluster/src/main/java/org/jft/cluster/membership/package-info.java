/**
 * Who takes part in a job. {@link org.jft.cluster.membership.Rendezvous} is where the ranks of a
 * fixed world meet before the first collective, over control lanes of any transport. {@link
 * org.jft.cluster.membership.Membership} is for a world that changes: generations of members, each
 * a {@link org.jft.cluster.membership.View}, by the rules of {@link
 * org.jft.cluster.membership.MembershipState}; {@link
 * org.jft.cluster.membership.InMemoryCoordinator} keeps them for threads of one process. Knows no
 * collective.
 */
package org.jft.cluster.membership;
