package org.jft.cluster.launch;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.membership.Rendezvous;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.AeronIpcTransport;
import org.jft.cluster.transport.Transport;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/** Joins this process to the other workers of its job: the one call a trainer needs. */
public final class Collectives {
    private Collectives() {}

    /**
     * Meets the other ranks, checks that they are to do the same, and joins them in a ring. Returns
     * when all are there; the ring has then carried its first barrier.
     *
     * @param timeout longest wait for the others, here and in every later operation
     * @param fingerprint of what must be equal on all ranks, for instance a hash of the resolved
     *     configuration; at most {@link Announcement#MAX_TEXT_LENGTH} characters
     * @return owned by the caller
     * @throws ConfigException when the environment does not say how to reach the others, or a rank
     *     does not fit: the message names both
     * @throws JftException when ranks are missing at the deadline: the message names them
     */
    public static Collective connect(
            MemberEnvironment member, Duration timeout, String fingerprint) {
        checkArgument(!timeout.isNegative() && !timeout.isZero(), "no time: timeout=%s", timeout);
        Topology at = member.topology();
        if (at.worldSize() == 1) {
            return Collective.solo();
        }
        JobToken job =
                JobToken.of(member.job().orElseThrow(() -> unset(at, MemberEnvironment.JOB)));
        Path directory =
                member.aeronDirectory().orElseThrow(() -> unset(at, MemberEnvironment.AERON_DIR));
        Transport transport = AeronIpcTransport.connect(at.rank(), job, directory);
        try {
            Rendezvous.meet(transport, announcement(at, fingerprint), job, timeout);
            Collective ring = Collective.ring(transport, at, job, timeout);
            ring.barrier();
            return ring;
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    private static ConfigException unset(Topology at, String variable) {
        return new ConfigException(
                "rank %d of %d cannot find the others: %s is not set"
                        .formatted(at.rank(), at.worldSize(), variable));
    }

    private static Announcement announcement(Topology at, String fingerprint) {
        return new Announcement(
                FrameDescriptor.PROTOCOL_VERSION,
                at.rank(),
                at.worldSize(),
                ProcessHandle.current().pid(),
                hostName(),
                fingerprint);
    }

    private static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.substring(0, Math.min(name.length(), Announcement.MAX_TEXT_LENGTH));
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
