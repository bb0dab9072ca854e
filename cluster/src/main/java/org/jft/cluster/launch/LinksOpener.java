package org.jft.cluster.launch;

import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Generation;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.config.ClusterConfig;

/**
 * Opens the links of one generation after the other. What the members once chose to talk over they
 * keep, and newcomers follow them.
 */
final class LinksOpener implements Supplier<ElasticTeam.Opening> {
    private final MemberEnvironment member;
    private final JobToken job;
    private final ClusterConfig config;
    private final Duration timeout;
    private ClusterConfig.Transport over;
    private InetAddress address; // of this host; null before the first generation

    LinksOpener(MemberEnvironment member, JobToken job, ClusterConfig config, Duration timeout) {
        this.member = member;
        this.job = job;
        this.config = config;
        this.timeout = timeout;
        over = config.transport();
    }

    @Override
    public ElasticTeam.Opening get() {
        if (address == null) { // later its name may be gone with the coordinator
            address = HostAddresses.addressOf(member, timeout);
        }
        Links links = Links.openForGeneration(member, config, over, address);
        return new ElasticTeam.Opening() {
            @Override
            public Endpoint endpoint() {
                return links.endpoint();
            }

            @Override
            public Collective join(View view, Generation generation) {
                Collective ranks = links.join(member, job, view, generation, timeout);
                over = links.over();
                return ranks;
            }

            @Override
            public void close() {
                links.close();
            }
        };
    }
}
