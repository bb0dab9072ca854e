package org.jft.cluster.transport;

import java.util.List;
import org.jft.cluster.protocol.JobToken;

/** Two media drivers a rank, a stream of each in place of one. */
class StripedUdpTransportTest extends TransportContract {
    private final JobToken job = JobToken.of("striped-udp-" + System.nanoTime());
    private final List<Hosts> ports = List.of(new Hosts(2), new Hosts(2));

    @Override
    Transport open(int rank) {
        return StripedTransport.over(ports.stream().map(each -> each.udp(rank, job)).toList());
    }
}
