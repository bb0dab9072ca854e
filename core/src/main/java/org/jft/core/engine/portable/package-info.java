/**
 * Networks as files, for a host that has a GPU but no DL4J. Where DL4J is, {@link
 * org.jft.core.engine.portable.ProgramExport} lowers networks and writes each as a {@link
 * org.jft.core.engine.portable.PortableNetwork}, beside single ops ({@link
 * org.jft.core.engine.portable.OpPrograms}). On the host, {@link
 * org.jft.core.engine.portable.ProgramRunner} reads one, takes numbers from files ({@link
 * org.jft.core.engine.portable.NumberFiles}), runs a pass or training steps, and writes numbers
 * back. Who made the numbers and compares them is a script's business: scripts/gpu/accept.py.
 */
package org.jft.core.engine.portable;
