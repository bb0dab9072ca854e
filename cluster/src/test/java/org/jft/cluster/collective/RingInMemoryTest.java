package org.jft.cluster.collective;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.topology.Topology;

/** Streams of 16 KB: full nearly all the time. */
class RingInMemoryTest extends CollectiveContract {
    private final Map<String, InMemoryNetwork> networks = new ConcurrentHashMap<>();

    @Override
    List<Integer> worldSizes() {
        return List.of(2, 3, 4, 5, 6);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        return Collective.ring(
                networks.computeIfAbsent(job, name -> new InMemoryNetwork(16 * 1024))
                        .transport(rank),
                new Topology(rank, worldSize),
                JobToken.of(job),
                Duration.ofSeconds(30));
    }
}
