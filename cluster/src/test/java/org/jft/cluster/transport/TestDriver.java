package org.jft.cluster.transport;

import java.time.Duration;

/** A media driver for tests: small terms, quick to notice a dead client. */
public final class TestDriver {
    /** A window that bulk traffic fills. */
    public static final IpcSettings SETTINGS = new IpcSettings(8 * 1024, 32, Duration.ofSeconds(2));

    private TestDriver() {}

    public static MediaDriverHost start() {
        return MediaDriverHost.start(6, SETTINGS, Throwable::printStackTrace);
    }
}
