/**
 * One-way streams of frames between ranks. Start at {@link org.jft.cluster.transport.Transport},
 * the port that collectives and membership are written against: {@link
 * org.jft.cluster.transport.Outbound} sends, {@link org.jft.cluster.transport.Inbound} receives,
 * both without blocking and without copies. {@link org.jft.cluster.transport.AeronIpcTransport}
 * joins processes of one host over the media driver that {@link
 * org.jft.cluster.transport.MediaDriverHost} runs; {@link
 * org.jft.cluster.transport.InMemoryNetwork} joins threads of one process. The only package that
 * imports {@code io.aeron}.
 */
package org.jft.cluster.transport;
