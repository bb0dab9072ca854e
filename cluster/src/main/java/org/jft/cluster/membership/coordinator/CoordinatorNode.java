package org.jft.cluster.membership.coordinator;

import static java.util.stream.Collectors.joining;

import com.google.common.net.HostAndPort;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.exceptions.AeronException;
import io.aeron.security.CredentialsSupplier;
import java.io.File;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.status.AtomicCounter;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * One node of a coordinator: a media driver, an archive that keeps the log, the consensus module
 * that agrees on it with the other nodes, and {@link CoordinatorService} behind it. Four threads,
 * which sleep for a millisecond when there is nothing to do.
 *
 * <p>With a folder, a node that was killed and is started again knows what it knew. Mark files and
 * all else that says "I am alive" lie in the driver's folder, so that it need not wait for its own
 * ghost to be silent for long enough; a lock on the folder keeps two nodes apart.
 *
 * <p>Thread-safe.
 */
public final class CoordinatorNode implements AutoCloseable {
    private static final Duration LEADER_SILENCE = Duration.ofSeconds(1);
    private static final Duration LEADER_INTERVAL = Duration.ofMillis(100);
    private static final Duration ELECTION = Duration.ofMillis(500);

    /** How long a node that starts waits for all others, before it settles for a majority. */
    private static final Duration CANVASS = Duration.ofSeconds(4);

    /** More than any job has workers; Aeron's own limit of 10 is for applications. */
    private static final int MAX_SESSIONS = 4_096;

    private static final String SMALL_LOG = "aeron:udp?term-length=256k";
    private static final int SEGMENT_LENGTH = 1 << 20;

    private final MediaDriverHost driver;
    private final NodeFolder folder;
    private final CoordinatorService service;
    private Archive archive;
    private ConsensusModule consensus;
    private ClusteredServiceContainer container;
    private volatile boolean failed;
    private boolean closed;

    private CoordinatorNode(MediaDriverHost driver, NodeFolder folder, CoordinatorService service) {
        this.driver = driver;
        this.folder = folder;
        this.service = service;
    }

    /**
     * Starts a node.
     *
     * @param log hears of generations, on the leader, and of problems
     * @param onIn takes who wants to be in the job, on the leader
     * @param onOut takes who is out of it, on the leader
     * @throws JftException when a port is taken, the folder is in use, or there is no room
     */
    public static CoordinatorNode start(
            CoordinatorSettings settings,
            Consumer<String> log,
            Consumer<Standing> onIn,
            Consumer<Standing> onOut) {
        FreePorts.check(settings.self());
        Problems problems = new Problems(log);
        MediaDriverHost driver = MediaDriverHost.startForControl(problems::report);
        NodeFolder folder = null;
        CoordinatorNode node = null;
        try {
            folder = NodeFolder.open(settings.folder().orElse(driver.privateFolder()));
            node = new CoordinatorNode(driver, folder, new CoordinatorService(log, onIn, onOut));
            node.launch(settings, problems);
            return node;
        } catch (AeronException | IllegalArgumentException | IllegalStateException e) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "the coordinator could not start at %s: %s"
                            .formatted(settings.self(), e.getMessage()),
                    e);
        } finally {
            if (node == null || node.container == null) {
                CloseHelper.quietCloseAll(node, folder, driver);
            }
        }
    }

    private void launch(CoordinatorSettings settings, Problems problems) {
        String aeronDirectory = driver.directory().toString();
        File marks = driver.privateFolder().toFile();
        AeronArchive.Context archiveClient = archiveClient(settings.job(), aeronDirectory);
        archive =
                Archive.launch(
                        new Archive.Context()
                                .aeronDirectoryName(aeronDirectory)
                                .archiveDir(folder.archive().toFile())
                                .markFileDir(marks)
                                .controlChannel(channel(settings, 4))
                                .replicationChannel(anyPort(settings))
                                .recordingEventsEnabled(false)
                                .segmentFileLength(SEGMENT_LENGTH)
                                .threadingMode(ArchiveThreadingMode.SHARED)
                                .idleStrategySupplier(CoordinatorNode::idle)
                                .archiveClientContext(archiveClient.clone())
                                .authenticatorSupplier(
                                        () -> new Handshake.Archivist(settings.job()))
                                .errorHandler(e -> hear(problems, e)));
        consensus =
                ConsensusModule.launch(
                        consensus(settings)
                                .aeronDirectoryName(aeronDirectory)
                                .clusterDir(folder.cluster().toFile())
                                .markFileDir(marks)
                                .archiveContext(archiveClient.clone())
                                .terminationHook(() -> failed = true)
                                .errorHandler(e -> hear(problems, e)));
        container =
                ClusteredServiceContainer.launch(
                        new ClusteredServiceContainer.Context()
                                .aeronDirectoryName(aeronDirectory)
                                .clusterDir(folder.cluster().toFile())
                                .markFileDir(marks)
                                .archiveContext(archiveClient.clone())
                                .clusteredService(service)
                                .idleStrategySupplier(CoordinatorNode::idle)
                                .terminationHook(() -> failed = true)
                                .errorHandler(e -> hear(problems, e)));
    }

    private static ConsensusModule.Context consensus(CoordinatorSettings settings) {
        return new ConsensusModule.Context()
                .clusterMemberId(settings.node())
                .clusterMembers(
                        IntStream.range(0, settings.nodes().size())
                                .mapToObj(node -> endpoints(node, settings.nodes().get(node)))
                                .collect(joining("|")))
                .ingressChannel("aeron:udp?term-length=64k")
                .logChannel(SMALL_LOG)
                .replicationChannel(anyPort(settings))
                .maxConcurrentSessions(MAX_SESSIONS)
                .sessionTimeoutNs(settings.lostAfter().toNanos())
                .leaderHeartbeatTimeoutNs(LEADER_SILENCE.toNanos())
                .leaderHeartbeatIntervalNs(LEADER_INTERVAL.toNanos())
                .electionTimeoutNs(ELECTION.toNanos())
                .electionStatusIntervalNs(LEADER_INTERVAL.toNanos())
                .startupCanvassTimeoutNs(CANVASS.toNanos())
                .authenticatorSupplier(() -> new Handshake.Coordinator(settings.job()))
                .idleStrategySupplier(CoordinatorNode::idle);
    }

    /** As Aeron wants a member: ingress, consensus, log, catch-up and archive. */
    private static String endpoints(int node, HostAndPort at) {
        return IntStream.range(0, CoordinatorSettings.PORTS)
                .mapToObj(i -> HostAndPort.fromParts(at.getHost(), at.getPort() + i).toString())
                .collect(joining(",", node + ",", ""));
    }

    private static String channel(CoordinatorSettings settings, int port) {
        HostAndPort self = settings.self();
        return "aeron:udp?endpoint=%s"
                .formatted(HostAndPort.fromParts(self.getHost(), self.getPort() + port));
    }

    private static String anyPort(CoordinatorSettings settings) {
        return "aeron:udp?endpoint=%s"
                .formatted(HostAndPort.fromParts(settings.self().getHost(), 0));
    }

    private static AeronArchive.Context archiveClient(JobToken job, String aeronDirectory) {
        byte[] pass = Handshake.archivePass(job);
        return new AeronArchive.Context()
                .aeronDirectoryName(aeronDirectory)
                .controlRequestChannel("aeron:ipc")
                .controlResponseChannel("aeron:ipc")
                .credentialsSupplier(
                        new CredentialsSupplier() {
                            @Override
                            public byte[] encodedCredentials() {
                                return pass;
                            }

                            @Override
                            public byte[] onChallenge(byte[] challenge) {
                                return pass;
                            }
                        });
    }

    private static IdleStrategy idle() {
        return new SleepingMillisIdleStrategy(1);
    }

    private void hear(Problems problems, Throwable problem) {
        if (problem instanceof AgentTerminationException) {
            failed = true;
        }
        problems.report(problem);
    }

    /** Returns whether this node knows a leader and hears of it. */
    public boolean inTouch() {
        AtomicCounter election = consensus.context().electionStateCounter();
        return !failed
                && !election.isClosed()
                && ElectionState.get(election) == ElectionState.CLOSED;
    }

    /** Returns whether this node leads, or did when it was last in touch. */
    public boolean leads() {
        return service.leads();
    }

    /** Returns whether this node cannot go on. */
    public boolean failed() {
        return failed;
    }

    /** Returns whether no process is in the job. */
    public boolean empty() {
        return service.empty();
    }

    /** Returns the newest generation; -1 before the first. */
    public int generation() {
        return service.generation();
    }

    /** Returns how many snapshots this node has taken since it started. */
    long snapshots() {
        return consensus.context().snapshotCounter().get();
    }

    /**
     * Writes down what the log says, so that a restart need not read all of it; does nothing on a
     * node that does not lead.
     */
    public void snapshot() {
        ClusterControl.ToggleState.SNAPSHOT.toggle(consensus.context().controlToggleCounter());
    }

    /** Stops this node, and removes what it needs to start again. */
    public void end() {
        close();
        folder.delete();
    }

    /** Stops this node. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            CloseHelper.quietCloseAll(container, consensus, archive, folder, driver);
        }
    }
}
