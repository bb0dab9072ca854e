/**
 * Networks as files, for a host that has a GPU but no DL4J. Where DL4J is, {@link
 * org.jft.core.engine.portable.ProgramExport} lowers networks and writes each as a {@link
 * org.jft.core.engine.portable.PortableNetwork}, beside single ops ({@link
 * org.jft.core.engine.portable.OpPrograms}). On the host, {@link
 * org.jft.core.engine.portable.ProgramRunner} takes a folder with one and its numbers, a {@link
 * org.jft.core.engine.portable.PortableCase}, and runs a pass ({@link
 * org.jft.core.engine.portable.PortablePass}), training steps ({@link
 * org.jft.core.engine.portable.PortableTraining}) or a profile ({@link
 * org.jft.core.engine.portable.PortableProfile}); numbers go back into files ({@link
 * org.jft.core.engine.portable.NumberFiles}). Who made the numbers and compares them is a script's
 * business: scripts/gpu/accept.py.
 */
package org.jft.core.engine.portable;
