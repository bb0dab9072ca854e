package org.jft.cluster.transport;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * Runs the media driver that the processes of one job on this host share, or a worker's own, on one
 * thread that sleeps when there is nothing to do. Its files live in a private folder, in memory
 * where there is room, and go with it; what an earlier driver left when its process was killed is
 * removed first.
 *
 * <p>Thread-safe. Close it after its clients.
 */
public final class MediaDriverHost implements AutoCloseable {
    /** Shared memory that the driver of a coordinator, or of one of its members, takes. */
    public static final long CONTROL_BYTES = 16L << 20;

    private static final int CONTROL_TERM_LENGTH = 64 << 10;
    private static final long CONTROL_LIVENESS_NS = TimeUnit.SECONDS.toNanos(3);

    private final DriverDirectory directory;
    private final MediaDriver driver;
    private final DriverDuty duty; // null where the driver's thread is Aeron's
    private final AtomicBoolean closed = new AtomicBoolean();

    private MediaDriverHost(DriverDirectory directory, MediaDriver driver) {
        this.directory = directory;
        this.driver = driver;
        AgentInvoker invoker = driver.sharedAgentInvoker();
        duty = invoker == null ? null : new DriverDuty(invoker, backOff(), MediaDriverHost::daemon);
    }

    /**
     * Starts a driver.
     *
     * @param streams that ranks will open to each other, at most
     * @param problems hears what goes wrong inside the driver later on
     * @throws JftException when no file system has room: one sentence that says what is needed
     */
    public static MediaDriverHost start(
            int streams, IpcSettings settings, Consumer<Throwable> problems) {
        return start(settings.bytesNeeded(streams), settings::apply, problems);
    }

    /**
     * Starts one worker's own driver, which carries its streams over UDP, and which the worker may
     * {@link #help}.
     */
    static MediaDriverHost start(UdpSettings settings, int streams, Consumer<Throwable> problems) {
        return start(
                settings.bytesNeeded(streams),
                context -> {
                    settings.apply(context);
                    context.threadingMode(ThreadingMode.INVOKER);
                },
                problems);
    }

    /** Starts one that carries the few small messages of a coordinator or one of its members. */
    public static MediaDriverHost startForControl(Consumer<Throwable> problems) {
        return start(CONTROL_BYTES, MediaDriverHost::applyControl, problems);
    }

    private static void applyControl(MediaDriver.Context context) {
        context.publicationTermBufferLength(CONTROL_TERM_LENGTH)
                .ipcTermBufferLength(CONTROL_TERM_LENGTH)
                // Nobody is in a hurry by less than a millisecond, and each worker pays for it.
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
                .imageLivenessTimeoutNs(CONTROL_LIVENESS_NS)
                .publicationConnectionTimeoutNs(CONTROL_LIVENESS_NS)
                .publicationLingerTimeoutNs(TimeUnit.SECONDS.toNanos(1))
                // A coordinator records what it says to others, also when there are none.
                .spiesSimulateConnection(true);
    }

    private static MediaDriverHost start(
            long bytesNeeded,
            Consumer<MediaDriver.Context> settings,
            Consumer<Throwable> problems) {
        DriverDirectory directory =
                DriverDirectory.create(DriverDirectory.usualBases(), bytesNeeded);
        try {
            MediaDriver.Context context = context(directory, problems);
            settings.accept(context);
            return new MediaDriverHost(directory, MediaDriver.launch(context));
        } catch (AeronException | IllegalArgumentException e) {
            directory.close();
            throw new JftException(
                    Category.ABORT_RUN,
                    "the media driver did not start: %s".formatted(e.getMessage()),
                    e);
        }
    }

    /** Does some of the work of a worker's own driver; returns whether there was any. */
    boolean help() {
        return duty.help();
    }

    /** Returns where clients find the driver: {@code aeron.dir}. */
    public Path directory() {
        return directory.driver();
    }

    /** Returns a folder that is the owner's alone and goes with the driver, for more such files. */
    public Path privateFolder() {
        return directory.root();
    }

    /** Stops the driver and removes its files. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                if (duty != null) {
                    duty.close();
                }
                driver.close();
            } finally {
                directory.close();
            }
        }
    }

    private static MediaDriver.Context context(
            DriverDirectory directory, Consumer<Throwable> problems) {
        return new MediaDriver.Context()
                .aeronDirectoryName(directory.driver().toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedThreadFactory(MediaDriverHost::daemon)
                .sharedIdleStrategy(backOff())
                // Take the memory now: a full file system must fail here, not as SIGBUS later.
                .termBufferSparseFile(false)
                .performStorageChecks(true)
                .lowStorageWarningThreshold(0)
                .counterValuesBufferLength(1 << 20)
                .timerIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
                .errorHandler(problems::accept);
    }

    /**
     * Workers own the cores: never spin, sleep up to 100 us. That still moves a window of 512 KB
     * often enough for 5 GB/s.
     */
    private static IdleStrategy backOff() {
        return new BackoffIdleStrategy(
                10, 20, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MICROSECONDS.toNanos(100));
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "media-driver");
        thread.setDaemon(true);
        return thread;
    }
}
