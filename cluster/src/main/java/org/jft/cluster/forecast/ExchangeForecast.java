package org.jft.cluster.forecast;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Times of an all-reduce among hosts with one network interface each, after the model of Thakur,
 * Rabenseifner and Gropp (2005): latency a step, bytes over the wire, bytes added. Leaves out
 * congestion, stragglers and loss, so it is a bound from below.
 *
 * @param bytesPerSecond that an interface carries each way
 * @param latency of one message, seconds
 * @param addedPerSecond bytes that a host adds into its own a second
 */
public record ExchangeForecast(double bytesPerSecond, double latency, double addedPerSecond) {
    /**
     * Payload of a link by its rate, where packets are not known: headers and gaps take the rest.
     */
    private static final double GOODPUT = 0.92;

    /** Bytes of the last bucket: the first layers, whose gradients come last, are small. */
    private static final double LAST_SHARE = 0.01;

    /** Backward takes twice the time of forward. */
    private static final double FORWARD_SHARE = 1.0 / 3;

    /** How an all-reduce goes about it. */
    public enum Algorithm {
        /** To the neighbour, 2(N-1) times 1/N of the bytes. */
        RING,
        /** Between pairs at distances 1, 2, 4 ...: half the bytes, a quarter ..., and back. */
        HALVING_DOUBLING
    }

    public ExchangeForecast {
        checkArgument(
                bytesPerSecond > 0 && latency >= 0 && addedPerSecond > 0,
                "rates must be positive: bytesPerSecond=%s latency=%s addedPerSecond=%s",
                bytesPerSecond,
                latency,
                addedPerSecond);
    }

    /** Returns the forecast for a link of a nominal rate. */
    public static ExchangeForecast ofLink(double gigabits, double latency, double addedPerSecond) {
        return new ExchangeForecast(GOODPUT * gigabits * 1e9 / 8, latency, addedPerSecond);
    }

    /**
     * Returns the forecast for a link of a nominal rate whose packets are known.
     *
     * @param mtu bytes of a packet
     * @param framing bytes of each packet that the rate counts besides, see {@link Carrier}
     */
    public static ExchangeForecast ofLink(
            double gigabits,
            Carrier carrier,
            int mtu,
            int framing,
            double latency,
            double addedPerSecond) {
        return new ExchangeForecast(
                carrier.share(mtu, framing) * gigabits * 1e9 / 8, latency, addedPerSecond);
    }

    /**
     * Returns the seconds of one all-reduce in which workers that share a host, and its interface,
     * sum among each other first: segments of the host's sum between hosts, all at once.
     *
     * @param inside of the ways inside a host
     */
    public double hierarchicalSeconds(
            Algorithm between, int hosts, int perHost, double bytes, ExchangeForecast inside) {
        ExchangeForecast shared =
                new ExchangeForecast(bytesPerSecond, latency, perHost * addedPerSecond);
        return inside.seconds(Algorithm.RING, perHost, bytes)
                + shared.seconds(between, hosts, bytes);
    }

    /**
     * Returns the seconds of one all-reduce along one ring of all workers, host by host: as slow as
     * its slowest link, while few of the steps that a segment takes are between hosts.
     *
     * @param inside of the ways inside a host
     */
    public double ringOverHostsSeconds(
            int hosts, int perHost, double bytes, ExchangeForecast inside) {
        int workers = hosts * perHost;
        double share = (workers - 1.0) / workers;
        double between = 2 * share * hosts;
        double steps = 2 * (workers - 1);
        return between * latency
                + (steps - between) * inside.latency
                + 2 * share * bytes / Math.min(bytesPerSecond, inside.bytesPerSecond)
                + share * bytes / addedPerSecond;
    }

    /** Returns the seconds of one all-reduce. */
    public double seconds(Algorithm algorithm, int workers, double bytes) {
        checkArgument(workers > 0, "workers must be positive: %s", workers);
        if (workers == 1) {
            return 0;
        }
        if (algorithm == Algorithm.RING) {
            return 2 * (workers - 1) * latency + moved(workers, bytes);
        }
        int paired = Integer.highestOneBit(workers);
        double ofPairs = 2 * Integer.numberOfTrailingZeros(paired) * latency + moved(paired, bytes);
        // Those beyond a power of two hand their vector in first and get the sum last.
        double folding =
                paired == workers
                        ? 0
                        : 2 * latency + 2 * bytes / bytesPerSecond + bytes / addedPerSecond;
        return ofPairs + folding;
    }

    private double moved(int workers, double bytes) {
        double share = (workers - 1.0) / workers * bytes;
        return 2 * share / bytesPerSecond + share / addedPerSecond;
    }

    /**
     * Returns the share of its time that a worker computes, when each has as much to compute as one
     * would have alone.
     *
     * @param compute seconds of a step without exchange
     * @param buckets exchanged one after the other as backward has them ready, each an equal part
     *     but the last, which is a hundredth
     */
    public double efficiency(
            Algorithm algorithm, int workers, double bytes, double compute, int buckets) {
        checkArgument(buckets > 0, "buckets must be positive: %s", buckets);
        double last = buckets == 1 ? bytes : LAST_SHARE * bytes;
        double each = buckets == 1 ? 0 : (bytes - last) / (buckets - 1);
        double end = 0;
        for (int bucket = 1; bucket <= buckets; bucket++) {
            double ready = compute * (FORWARD_SHARE + (1 - FORWARD_SHARE) * bucket / buckets);
            end =
                    Math.max(end, ready)
                            + seconds(algorithm, workers, bucket == buckets ? last : each);
        }
        return compute / Math.max(end, compute);
    }
}
