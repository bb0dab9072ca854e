/**
 * Looks before a run begins: what would make it slow, or end it hours later, is said now, in a
 * sentence with the fix. {@link org.jft.cluster.preflight.HostProbe} asks the host, {@link
 * org.jft.cluster.preflight.HostChecks} judges its answers, {@link
 * org.jft.cluster.preflight.RankChecks} compares ranks that have met. Checks are pure functions of
 * numbers; only the probe reads files and sockets.
 */
package org.jft.cluster.preflight;
