package org.jft.cluster.collective;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.cluster.transport.Transport;

class RingFailureInMemoryTest extends FailureContract {
    private final Map<String, InMemoryNetwork> networks = new ConcurrentHashMap<>();

    @Override
    Transport transport(String test, JobToken job, int rank) {
        return networks.computeIfAbsent(test, name -> new InMemoryNetwork(16 * 1024))
                .transport(rank);
    }
}
