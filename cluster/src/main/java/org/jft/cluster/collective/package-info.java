/**
 * Collective operations over a transport: what a synchronous trainer asks of its peers. Start at
 * {@link org.jft.cluster.collective.Collective}; {@link org.jft.cluster.collective.Plan} says how
 * sums go. {@code MessageEngine} is the one loop that moves frames; {@code Operation} says what the
 * frames of one collective are and when each may be sent. {@code Ring} runs those that go around,
 * {@code HalvingDoubling} makes an all-reduce of exchanges between two, {@code Hierarchical} one of
 * rows and columns. Knows no model, no INDArray and no io.aeron.
 */
package org.jft.cluster.collective;
