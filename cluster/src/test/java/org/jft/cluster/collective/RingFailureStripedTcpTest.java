package org.jft.cluster.collective;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Hosts;
import org.jft.cluster.transport.Transport;

/** Two connections to each neighbour. */
class RingFailureStripedTcpTest extends FailureContract {
    private final Map<String, Hosts> hosts = new ConcurrentHashMap<>();

    @Override
    Transport transport(String test, JobToken job, int rank) {
        return hosts.computeIfAbsent(test, name -> new Hosts(4)).tcp(rank, job, 2);
    }
}
