/**
 * The bytes that ranks exchange: layouts with pictures, no I/O. Start at {@link
 * org.jft.cluster.protocol.FrameDescriptor}, the header before every payload; {@link
 * org.jft.cluster.protocol.Announcement} and {@link org.jft.cluster.protocol.AbortNotice} are the
 * two payloads that are not plain numbers. Knows buffers only; imports no transport.
 */
package org.jft.cluster.protocol;
