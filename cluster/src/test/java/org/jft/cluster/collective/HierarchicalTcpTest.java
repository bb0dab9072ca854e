package org.jft.cluster.collective;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.Hosts;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

class HierarchicalTcpTest extends CollectiveContract {
    private final Map<String, Hosts> hosts = new ConcurrentHashMap<>();

    @Override
    List<Integer> worldSizes() {
        return List.of(4, 6);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        return Collective.over(
                hosts.computeIfAbsent(job, name -> new Hosts(worldSize))
                        .tcp(rank, JobToken.of(job)),
                new Topology(rank, worldSize),
                Plans.twoAHost(worldSize),
                JobToken.of(job),
                Wire.FLOAT32,
                Duration.ofSeconds(30));
    }
}
