package org.jft.cluster.collective;

import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.AeronIpcTransport;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.cluster.transport.TestDriver;
import org.jft.cluster.transport.Transport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RingFailureAeronIpcTest extends FailureContract {
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
    Transport transport(String test, JobToken job, int rank) {
        JobToken streams = JobToken.of(test + job.name());
        return AeronIpcTransport.connect(rank, streams, driver.directory(), TestDriver.SETTINGS);
    }
}
