package org.jft.cluster.collective;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.HostTransport;
import org.jft.cluster.transport.Hosts;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.topology.Topology;

/** TCP inside hosts, UDP between them: frames of two lengths. */
class HierarchicalUdpTest extends CollectiveContract {
    private final Map<String, Hosts> hosts = new ConcurrentHashMap<>();

    @Override
    List<Integer> worldSizes() {
        return List.of(4);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        Plan plan = Plans.twoAHost(worldSize);
        Hosts all = hosts.computeIfAbsent(job, name -> new Hosts(worldSize));
        JobToken token = JobToken.of(job);
        return Collective.over(
                new HostTransport(
                        other -> plan.sameHost(rank, other),
                        all.tcp(rank, token),
                        all.udp(rank, token)),
                new Topology(rank, worldSize),
                plan,
                token,
                Wire.FLOAT32,
                Duration.ofSeconds(30));
    }
}
