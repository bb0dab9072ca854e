/**
 * Collective operations over a transport: what a synchronous trainer asks of its peers. Start at
 * {@link org.jft.cluster.collective.Collective}. {@code RingEngine} is the one loop that moves
 * frames; {@code Operation} says what the frames of one collective are and when each may be sent;
 * {@code AllReduce}, {@code ReduceScatter}, {@code VectorAllGather}, {@code Broadcast} and {@code
 * AllGather} are those there are. Knows no model, no INDArray and no io.aeron.
 */
package org.jft.cluster.collective;
