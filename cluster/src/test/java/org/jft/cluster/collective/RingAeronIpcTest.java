package org.jft.cluster.collective;

import java.time.Duration;
import java.util.List;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.AeronIpcTransport;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.TestDriver;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RingAeronIpcTest extends CollectiveContract {
    private MediaDriverHost driver;

    @BeforeAll
    void startDriver() {
        driver = TestDriver.start();
    }

    @AfterAll
    void stopDriver() {
        driver.close();
    }

    @Override
    List<Integer> worldSizes() {
        return List.of(2, 3, 4, 6);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        return Collective.ring(
                AeronIpcTransport.connect(
                        rank, JobToken.of(job), driver.directory(), TestDriver.SETTINGS),
                new Topology(rank, worldSize),
                JobToken.of(job),
                Duration.ofSeconds(30));
    }
}
