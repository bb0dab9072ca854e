/**
 * The coordinator of a job whose workers come and go, on Aeron Cluster. One node or three run
 * {@link org.jft.cluster.membership.coordinator.CoordinatorNode}: a replicated log of what members
 * say, and behind it {@link org.jft.cluster.membership.MembershipState}, which decides. A worker
 * talks to them through {@link org.jft.cluster.membership.coordinator.CoordinatorMembership}, which
 * finds the leader, and finds it again.
 */
package org.jft.cluster.membership.coordinator;
