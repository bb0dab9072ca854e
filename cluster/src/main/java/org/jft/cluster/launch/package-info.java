/**
 * From processes to a job. {@link org.jft.cluster.launch.MemberEnvironment} reads who this process
 * is from its environment; {@link org.jft.cluster.launch.Collectives} joins it to the others;
 * {@link org.jft.cluster.launch.LocalLauncher} starts the workers of one host and watches over
 * them, and {@link org.jft.cluster.launch.ParentWatch} watches over the launcher from inside a
 * worker.
 */
package org.jft.cluster.launch;
