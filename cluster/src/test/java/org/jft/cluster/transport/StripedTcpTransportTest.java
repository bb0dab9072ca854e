package org.jft.cluster.transport;

import org.jft.cluster.protocol.JobToken;

/** Three connections in place of each. */
class StripedTcpTransportTest extends TransportContract {
    private final JobToken job = JobToken.of("striped-tcp-" + System.nanoTime());
    private final Hosts hosts = new Hosts(2);

    @Override
    Transport open(int rank) {
        return hosts.tcp(rank, job, 3);
    }
}
