package org.jft.hosts;

import java.time.Duration;

/**
 * What a host's network interface carries.
 *
 * @param gigabits a second, each way
 * @param delay of a packet from host to host, on top of this machine's own
 * @param loss share of packets that do not arrive
 * @param mtu bytes of a packet
 */
public record LinkSpeed(double gigabits, Duration delay, double loss, int mtu) {
    /** Returns a link that adds no delay and loses nothing. */
    public static LinkSpeed of(double gigabits, int mtu) {
        return new LinkSpeed(gigabits, Duration.ZERO, 0, mtu);
    }

    /** Returns the same with a delay. */
    public LinkSpeed withDelay(Duration added) {
        return new LinkSpeed(gigabits, added, loss, mtu);
    }

    /** Returns the same with loss. */
    public LinkSpeed withLoss(double share) {
        return new LinkSpeed(gigabits, delay, share, mtu);
    }
}
