package org.jft.cluster.launch;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.Rendezvous;
import org.jft.cluster.membership.coordinator.CoordinatorMembership;
import org.jft.cluster.protocol.Announcement;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.FrameDescriptor;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.core.config.ClusterConfig;
import org.jft.core.config.ClusterConfig.Algorithm;
import org.jft.core.config.ElasticConfig;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.core.topology.Topology;

/** Joins this process to the other workers of its job: the one place a trainer asks. */
public final class Collectives {
    private Collectives() {}

    /**
     * Meets the other ranks, checks that they are to do the same, and joins them. Returns when all
     * are there; they have then met at a first barrier.
     *
     * @param config says over what they talk; warnings, and what a self-test chose, go to standard
     *     error
     * @param timeout longest wait for the others, here and in every later operation
     * @param fingerprint of what must be equal on all ranks, for instance a hash of the resolved
     *     configuration; at most 64 characters
     * @return owned by the caller
     * @throws ConfigException when the environment does not say how to reach the others, or a rank
     *     does not fit: the message names both
     * @throws JftException when ranks are missing at the deadline: the message names them
     */
    public static Collective connect(
            MemberEnvironment member, ClusterConfig config, Duration timeout, String fingerprint) {
        checkArgument(!timeout.isNegative() && !timeout.isZero(), "no time: timeout=%s", timeout);
        Topology at = member.topology();
        if (at.worldSize() == 1) {
            return Collective.solo();
        }
        JobToken job = job(member);
        Links links = Links.open(member, job, config, timeout);
        try {
            List<Announcement> members =
                    Rendezvous.meet(
                            links.meeting(),
                            announcement(at, same(config, fingerprint), links.endpoint()),
                            job,
                            timeout);
            return links.join(at, job, members, timeout);
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
    }

    /**
     * Returns the team of an elastic job, which has not met yet.
     *
     * @param config says between how many workers it may change, and over what they talk
     * @param timeout longest wait for a worker that is alive, or for a coordinator
     * @param fingerprint of what must be equal on all workers
     * @return owned by the caller
     * @throws ConfigException when the environment does not say where a coordinator is
     */
    public static Team elastic(
            MemberEnvironment member, ClusterConfig config, Duration timeout, String fingerprint) {
        if (member.coordinators().isEmpty()) {
            throw Links.unset(member.topology(), MemberEnvironment.COORDINATORS);
        }
        JobToken job = job(member);
        Standing self =
                new Standing(
                        member.name(),
                        hostName(),
                        ProcessHandle.current().pid(),
                        same(config, fingerprint),
                        Endpoint.NONE,
                        Standing.NEWCOMER);
        ElasticConfig elastic = config.elastic();
        Membership membership =
                CoordinatorMembership.connect(
                        member.coordinators(),
                        job,
                        size(config),
                        Duration.ofMillis(elastic.lostAfterMs()),
                        timeout,
                        member.aeronDirectory());
        return new ElasticTeam(
                membership,
                self,
                new LinksOpener(member, job, config, timeout),
                timeout,
                System.err::println);
    }

    private static JobSize size(ClusterConfig config) {
        ElasticConfig elastic = config.elastic();
        return new JobSize(
                config.workers(),
                config.minWorkers(),
                config.maxWorkers(),
                switch (elastic.belowMin()) {
                    case STOP -> JobSize.BelowMin.STOP;
                    case WAIT -> JobSize.BelowMin.WAIT;
                });
    }

    /** Does so over what fits best. */
    public static Collective connect(
            MemberEnvironment member, Duration timeout, String fingerprint) {
        return connect(member, ClusterConfig.defaults(), timeout, fingerprint);
    }

    private static JobToken job(MemberEnvironment member) {
        String name =
                member.jobName()
                        .orElseThrow(() -> Links.unset(member.topology(), MemberEnvironment.JOB));
        return JobToken.of(name, member.secret().orElse(""));
    }

    /** How ranks talk must be equal, too. */
    private static String same(ClusterConfig config, String fingerprint) {
        String mtu = config.mtu() == 0 ? "" : " mtu " + config.mtu();
        String sums = config.algorithm() == Algorithm.AUTO ? "" : " " + config.algorithm();
        String streams = config.streams() == 1 ? "" : " streams " + config.streams();
        String over =
                "%s %s%s%s%s"
                        .formatted(config.transport(), config.wire(), sums, mtu, streams)
                        .toLowerCase(Locale.ROOT);
        return fingerprint + ", " + over;
    }

    private static Announcement announcement(Topology at, String fingerprint, Endpoint endpoint) {
        return new Announcement(
                FrameDescriptor.PROTOCOL_VERSION,
                at.rank(),
                at.worldSize(),
                ProcessHandle.current().pid(),
                hostName(),
                fingerprint,
                endpoint);
    }

    /** Returns what this host calls itself. */
    public static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.substring(0, Math.min(name.length(), Announcement.MAX_TEXT_LENGTH));
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
