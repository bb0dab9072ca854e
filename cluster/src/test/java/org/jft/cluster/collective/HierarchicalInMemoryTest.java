package org.jft.cluster.collective;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

class HierarchicalInMemoryTest extends CollectiveContract {
    private final Map<String, InMemoryNetwork> networks = new ConcurrentHashMap<>();

    @Override
    List<Integer> worldSizes() {
        return List.of(4, 6, 8, 12);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        return Collective.over(
                networks.computeIfAbsent(job, name -> new InMemoryNetwork(16 * 1024))
                        .transport(rank),
                new Topology(rank, worldSize),
                Plans.twoAHost(worldSize),
                JobToken.of(job),
                Wire.FLOAT32,
                Duration.ofSeconds(30));
    }
}
