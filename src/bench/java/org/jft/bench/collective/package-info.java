/**
 * A gradient-sized sum between real processes. {@link org.jft.bench.collective.AllReduceBench}
 * launches {@code AllReduceWorker}s as a training job launches its workers; they sum the same
 * vector in turns through our ring over each transport and through Gloo ({@code GlooSum}). The
 * bandwidth is the one of the bus, as NCCL's tests define it: 2(N-1)/N * bytes / time, which says
 * how well the wire is used whatever the number of workers.
 */
package org.jft.bench.collective;
