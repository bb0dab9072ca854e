package org.jft.cluster.transport;

import io.aeron.ChannelUriStringBuilder;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.JftException;

/**
 * Joins processes of one host through the shared memory of one media driver, see {@link
 * MediaDriverHost}. Frames are written straight into and read straight out of memory that both ends
 * share; those of the bulk lane lie beside Aeron's logs, see {@link IpcOutbound}.
 */
public final class AeronIpcTransport extends AeronTransport {
    private static final int TERM_LENGTH = 64 * 1024;
    private static final String CONTROL_CHANNEL =
            channel(32 * 1024, Lane.CONTROL_FRAME_LENGTH + 64);

    private final Path directory;
    private final IpcSettings settings;
    private final List<AutoCloseable> bulk = new ArrayList<>(); // streams with memory of their own

    private AeronIpcTransport(
            int rank, JobToken job, Client client, Path directory, IpcSettings settings) {
        super(rank, job, client);
        this.directory = directory;
        this.settings = settings;
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
        return connect(rank, job, directory, IpcSettings.DEFAULT);
    }

    /**
     * Connects, for frames that are not the usual ones.
     *
     * @param settings equal at all ranks
     */
    public static AeronIpcTransport connect(
            int rank, JobToken job, Path directory, IpcSettings settings) {
        if (!Files.exists(directory.resolve(CncFileDescriptor.CNC_FILE))) {
            throw noDriver(rank, directory, null); // Aeron would wait for one
        }
        return new AeronIpcTransport(rank, job, client(rank, directory), directory, settings);
    }

    @Override
    public Outbound outbound(int peer, Lane lane) {
        AeronOutbound stream = publication(peer, lane);
        if (lane == Lane.CONTROL) {
            return stream;
        }
        IpcOutbound outbound = new IpcOutbound(stream, directory, settings);
        bulk.add(outbound);
        return outbound;
    }

    @Override
    public Inbound inbound(int peer, Lane lane) {
        AeronInbound stream = subscription(peer, lane);
        if (lane == Lane.CONTROL) {
            return stream;
        }
        IpcInbound inbound = new IpcInbound(stream, directory);
        bulk.add(inbound);
        return inbound;
    }

    @Override
    public void close() {
        try {
            CloseHelper.closeAll(bulk);
        } finally {
            bulk.clear();
            super.close();
        }
    }

    @Override
    String outboundChannel(int peer, Lane lane) {
        return inboundChannel(lane);
    }

    /** A sender of notices is ahead by as many as there are frames. */
    @Override
    String inboundChannel(Lane lane) {
        return lane == Lane.CONTROL
                ? CONTROL_CHANNEL
                : channel(
                        settings.frames() * IpcOutbound.NOTICE_RECORD_LENGTH,
                        IpcOutbound.NOTICE_RECORD_LENGTH);
    }

    private static String channel(int window, int mtu) {
        return new ChannelUriStringBuilder()
                .media(CommonContext.IPC_MEDIA)
                .termLength(TERM_LENGTH)
                .publicationWindowLength(window)
                .mtu(mtu)
                .build();
    }
}
