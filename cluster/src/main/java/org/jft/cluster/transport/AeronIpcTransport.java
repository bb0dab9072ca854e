package org.jft.cluster.transport;

import io.aeron.ChannelUriStringBuilder;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jft.cluster.protocol.JobToken;
import org.jft.core.failure.JftException;

/**
 * Joins processes of one host through the shared memory of one media driver, see {@link
 * MediaDriverHost}. Frames are written straight into and read straight out of that memory. Sizes of
 * the bulk lane are the driver's; the control lane asks for small ones.
 */
public final class AeronIpcTransport extends AeronTransport {
    private static final String BULK_CHANNEL = CommonContext.IPC_CHANNEL;
    private static final String CONTROL_CHANNEL =
            new ChannelUriStringBuilder()
                    .media(CommonContext.IPC_MEDIA)
                    .termLength(64 * 1024)
                    .publicationWindowLength(32 * 1024)
                    .mtu(Lane.CONTROL_FRAME_LENGTH + 64)
                    .build();

    private AeronIpcTransport(int rank, JobToken job, Client client) {
        super(rank, job, client);
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
        if (!Files.exists(directory.resolve(CncFileDescriptor.CNC_FILE))) {
            throw noDriver(rank, directory, null); // Aeron would wait for one
        }
        return new AeronIpcTransport(rank, job, client(rank, directory));
    }

    @Override
    String outboundChannel(int peer, Lane lane) {
        return inboundChannel(lane);
    }

    @Override
    String inboundChannel(Lane lane) {
        return lane == Lane.BULK ? BULK_CHANNEL : CONTROL_CHANNEL;
    }
}
