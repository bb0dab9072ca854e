package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Streams of a client of a media driver; subclasses say over which channels. Adds one thread to the
 * process, Aeron's client conductor, which sleeps most of the time.
 */
abstract class AeronTransport implements Transport {
    /** Ranks that fit into a stream id beside the lane. */
    private static final int MAX_WORLD_SIZE = 1 << 14;

    private final Client client;
    private int rank;
    private JobToken job;
    private boolean closed;

    /** A connection to a driver, and what its thread has complained about. */
    record Client(Aeron aeron, AtomicReference<Throwable> conductorError) {}

    AeronTransport(int rank, JobToken job, Client client) {
        this.rank = rank;
        this.job = job;
        this.client = client;
    }

    /**
     * Says which rank this is, where that was not known when it was opened. Before streams are
     * opened.
     */
    public final void become(int rank, JobToken job) {
        this.rank = rank;
        this.job = job;
    }

    /** Returns the channel of the streams to a peer. */
    abstract String outboundChannel(int peer, Lane lane);

    /** Returns the channel of the streams from all peers. */
    abstract String inboundChannel(Lane lane);

    /** Does some of the driver's work, if it is in this process; returns whether there was any. */
    boolean helpDriver() {
        return false;
    }

    /** Connects to the driver in a directory. */
    static Client client(int rank, Path directory) {
        checkArgument(
                0 <= rank && rank < MAX_WORLD_SIZE,
                "rank must be below %s: rank=%s",
                MAX_WORLD_SIZE,
                rank);
        AtomicReference<Throwable> conductorError = new AtomicReference<>();
        Aeron.Context context =
                new Aeron.Context()
                        .aeronDirectoryName(directory.toString())
                        .clientName("rank " + rank)
                        .preTouchMappedMemory(true)
                        .errorHandler(error -> conductorError.compareAndSet(null, error));
        context.threadFactory(
                task -> {
                    Thread thread = new Thread(task, "aeron-conductor");
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            return new Client(Aeron.connect(context), conductorError);
        } catch (AeronException e) {
            throw noDriver(rank, directory, e);
        }
    }

    static JftException noDriver(int rank, Path directory, AeronException cause) {
        return new JftException(
                Category.ABORT_RUN,
                "rank %d found no running media driver in %s".formatted(rank, directory),
                cause);
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        return publication(peer, lane);
    }

    final AeronOutbound publication(int peer, Lane lane) {
        try {
            return new AeronOutbound(
                    this,
                    peer,
                    aeron().addExclusivePublication(
                                    outboundChannel(peer, lane), streamId(rank, peer, lane)));
        } catch (AeronException e) {
            throw noStream("to", peer, e);
        }
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        return subscription(peer, lane);
    }

    final AeronInbound subscription(int peer, Lane lane) {
        try {
            return new AeronInbound(
                    this,
                    peer,
                    aeron().addSubscription(inboundChannel(lane), streamId(peer, rank, lane)));
        } catch (AeronException e) {
            throw noStream("from", peer, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        aeron().close();
    }

    final Aeron aeron() {
        return client.aeron();
    }

    /** Called when a stream is found closed that nobody here closed: says why. */
    final JftException lost() {
        checkState(!closed, "the transport of rank %s is closed", rank);
        return new DriverLostException(
                "rank %d lost its media driver, which is gone or has not heard from this process for too long"
                        .formatted(rank),
                client.conductorError().get());
    }

    private JftException noStream(String direction, int peer, AeronException cause) {
        return new JftException(
                Category.ABORT_RUN,
                "rank %d could not open its stream %s rank %d: %s"
                        .formatted(rank, direction, peer, cause.getMessage()),
                cause);
    }

    /**
     * One to one within a job, and another set for another job, whose processes may still be there.
     * Independent of the world size, so that ranks which disagree about it still meet.
     */
    private int streamId(int from, int to, Lane lane) {
        checkArgument(0 <= from && from < MAX_WORLD_SIZE, "rank out of range: rank=%s", from);
        checkArgument(0 <= to && to < MAX_WORLD_SIZE, "rank out of range: rank=%s", to);
        return (int) job.value() ^ ((from * MAX_WORLD_SIZE + to) << 1 | lane.ordinal());
    }
}
