package org.jft.data.store;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;

/**
 * The files that are open for reading: no more than the process may have, however many shards a
 * data set has. The one that was not used for longest is closed for the next; who reads it just
 * then gets a {@link java.nio.channels.ClosedChannelException} and asks again.
 */
final class OpenChannels implements AutoCloseable {
    private static final int FALLBACK = 1000;

    private final Cache<Path, FileChannel> channels;

    OpenChannels(int most) {
        channels =
                CacheBuilder.newBuilder()
                        .maximumSize(most)
                        .<Path, FileChannel>removalListener(evicted -> close(evicted.getValue()))
                        .build();
    }

    /** Returns room for a third of the files that this process may open, so that two sets fit. */
    static OpenChannels ofThisProcess() {
        boolean known =
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean;
        if (!known) {
            return new OpenChannels(FALLBACK);
        }
        UnixOperatingSystemMXBean system =
                (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new OpenChannels(
                (int) Math.min(Integer.MAX_VALUE, system.getMaxFileDescriptorCount() / 3));
    }

    FileChannel of(Path file) throws IOException {
        FileChannel channel = channels.getIfPresent(file);
        if (channel != null && channel.isOpen()) {
            return channel;
        }
        if (channel != null) { // an interrupted thread closed it
            channels.asMap().remove(file, channel);
        }
        try {
            return channels.get(file, () -> FileChannel.open(file, StandardOpenOption.READ));
        } catch (ExecutionException e) {
            throw (IOException) e.getCause(); // the only checked one that opening throws
        }
    }

    /** Closes a file if it is open. */
    void close(Path file) {
        channels.invalidate(file);
    }

    @Override
    public void close() {
        channels.invalidateAll();
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // it was only read
        }
    }
}
