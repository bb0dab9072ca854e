package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.aeron.exceptions.AeronException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Joins processes of one host through the shared memory of one media driver, see {@link
 * MediaDriverHost}. Frames are written straight into and read straight out of that memory. Sizes of
 * the bulk lane are the driver's; the control lane asks for small ones. Adds one thread to the
 * process, Aeron's client conductor, which sleeps most of the time.
 */
public final class AeronIpcTransport implements Transport {
    /** Ranks that fit into a stream id beside the lane. */
    private static final int MAX_WORLD_SIZE = 1 << 14;

    private static final String BULK_CHANNEL = CommonContext.IPC_CHANNEL;
    private static final String CONTROL_CHANNEL =
            new ChannelUriStringBuilder()
                    .media(CommonContext.IPC_MEDIA)
                    .termLength(64 * 1024)
                    .publicationWindowLength(32 * 1024)
                    .mtu(Lane.CONTROL_FRAME_LENGTH + 64)
                    .build();

    private final int rank;
    private final JobToken job;
    private final Aeron aeron;
    private final AtomicReference<Throwable> conductorError;
    private boolean closed;

    private AeronIpcTransport(
            int rank, JobToken job, Aeron aeron, AtomicReference<Throwable> conductorError) {
        this.rank = rank;
        this.job = job;
        this.aeron = aeron;
        this.conductorError = conductorError;
    }

    /**
     * Connects to a running media driver.
     *
     * @param rank of this process
     * @param job streams of different jobs are different ones
     * @param directory {@link MediaDriverHost#directory()} of the driver
     * @throws JftException when no driver answers there
     */
    public static AeronIpcTransport connect(int rank, JobToken job, Path directory) {
        checkArgument(
                0 <= rank && rank < MAX_WORLD_SIZE,
                "rank must be below %s: rank=%s",
                MAX_WORLD_SIZE,
                rank);
        if (!Files.exists(directory.resolve(CncFileDescriptor.CNC_FILE))) {
            throw noDriver(rank, directory, null); // Aeron would wait for one
        }
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
            return new AeronIpcTransport(rank, job, Aeron.connect(context), conductorError);
        } catch (AeronException e) {
            throw noDriver(rank, directory, e);
        }
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        try {
            return new AeronOutbound(
                    this,
                    peer,
                    aeron.addExclusivePublication(channel(lane), streamId(rank, peer, lane)));
        } catch (AeronException e) {
            throw noStream("to", peer, e);
        }
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        try {
            return new AeronInbound(
                    this, peer, aeron.addSubscription(channel(lane), streamId(peer, rank, lane)));
        } catch (AeronException e) {
            throw noStream("from", peer, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        aeron.close();
    }

    /** Called when a stream is found closed that nobody here closed: says why. */
    JftException lost() {
        checkState(!closed, "the transport of rank %s is closed", rank);
        return new JftException(
                Category.ABORT_RUN,
                "rank %d lost its media driver, which is gone or has not heard from this process for too long"
                        .formatted(rank),
                conductorError.get());
    }

    private JftException noStream(String direction, int peer, AeronException cause) {
        return new JftException(
                Category.ABORT_RUN,
                "rank %d could not open its stream %s rank %d: %s"
                        .formatted(rank, direction, peer, cause.getMessage()),
                cause);
    }

    private static JftException noDriver(int rank, Path directory, AeronException cause) {
        return new JftException(
                Category.ABORT_RUN,
                "rank %d found no running media driver in %s".formatted(rank, directory),
                cause);
    }

    private static String channel(Lane lane) {
        return lane == Lane.BULK ? BULK_CHANNEL : CONTROL_CHANNEL;
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
