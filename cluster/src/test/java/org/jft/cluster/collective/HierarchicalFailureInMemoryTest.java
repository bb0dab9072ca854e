package org.jft.cluster.collective;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.cluster.transport.Transport;

class HierarchicalFailureInMemoryTest extends FailureContract {
    private final Map<String, InMemoryNetwork> networks = new ConcurrentHashMap<>();

    @Override
    Plan plan(int worldSize) {
        return worldSize == 4 ? Plans.twoAHost(4) : Plan.ring(worldSize);
    }

    @Override
    Transport transport(String test, JobToken job, int rank) {
        return networks.computeIfAbsent(test, name -> new InMemoryNetwork(16 * 1024))
                .transport(rank);
    }
}
