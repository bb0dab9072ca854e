package org.jft.core.config;

import static org.jft.core.config.Checks.check;

/**
 * The workers of a run and how they talk.
 *
 * @param workers worker processes; {@code --workers} overrides it
 * @param timeoutSeconds longest wait for a silent peer, such as one that writes a checkpoint,
 *     before the run stops and names it; a dead one is noticed in seconds
 * @param heapMegabytes Java heap of one worker; 0 means the command's own -Xmx, else a share
 * @param transport what gradients travel over
 * @param wire what gradients travel as
 * @param mtu bytes of a datagram over UDP, a multiple of 32; 0 means what the network interfaces of
 *     all workers carry in one packet
 * @param bucketMb megabytes (2^20 bytes) of gradient that are exchanged at a time, while backward
 *     makes the next; 0 means all of it at once, behind backward
 * @param shardClasses whether the classes of the head are dealt out to the workers, so that
 *     features are exchanged in place of its weights' gradients; the same model
 * @param elastic between how many workers the job may change
 * @param algorithm how gradients are summed
 * @param streams over how many streams of UDP or TCP a gradient goes to each neighbour, for
 *     networks that are faster than one; not through shared memory
 */
public record ClusterConfig(
        Integer workers,
        Integer timeoutSeconds,
        int heapMegabytes,
        Transport transport,
        Wire wire,
        int mtu,
        Double bucketMb,
        boolean shardClasses,
        ElasticConfig elastic,
        Algorithm algorithm,
        Integer streams) {
    private static final int MAX_STREAMS = 16;

    /** What gradients travel over. */
    public enum Transport {
        /** Shared memory when all workers are on one host, else the faster of UDP and TCP. */
        AUTO,
        /** Aeron through the shared memory of one host. */
        IPC,
        /** Aeron over UDP: for networks with large packets. */
        UDP,
        /** Plain TCP: for networks with packets of 1500 bytes. */
        TCP
    }

    /** How gradients are summed over the workers. */
    public enum Algorithm {
        /**
         * One ring of up to 64 workers; more inside hosts first where each has equally many, and
         * more than 64 hosts in pairs.
         */
        AUTO,
        /** Every worker to its neighbour, around, host by host. */
        RING,
        /**
         * Inside hosts first, then between them, where each has equally many workers, else a ring.
         * For slow links between few hosts: two send each other half the bytes.
         */
        HIERARCHICAL,
        /** In pairs: fewer messages, of which each waits for the one before. */
        HALVING_DOUBLING
    }

    /** What gradients travel as; they are always added in float32. */
    public enum Wire {
        /** Exact. */
        FLOAT32(Float.BYTES),
        /** Half the bytes; each hop rounds to 8 bits. For networks below about 2 GB/s. */
        BF16(Short.BYTES);

        private final int bytes;

        Wire(int bytes) {
            this.bytes = bytes;
        }

        /** Returns the bytes of a number. */
        public int bytes() {
            return bytes;
        }
    }

    public ClusterConfig {
        workers = workers == null ? 1 : workers;
        timeoutSeconds = timeoutSeconds == null ? 300 : timeoutSeconds;
        transport = transport == null ? Transport.AUTO : transport;
        wire = wire == null ? Wire.FLOAT32 : wire;
        bucketMb = bucketMb == null ? 10 : bucketMb;
        algorithm = algorithm == null ? Algorithm.AUTO : algorithm;
        streams = streams == null ? 1 : streams;
        check(workers > 0, "cluster.workers must be positive: %s", workers);
        check(timeoutSeconds > 0, "cluster.timeout_seconds must be positive: %s", timeoutSeconds);
        check(heapMegabytes >= 0, "cluster.heap_megabytes must not be negative");
        check(
                mtu == 0 || mtu % 32 == 0 && 1408 <= mtu && mtu <= 65_504,
                "cluster.mtu must be 0 or a multiple of 32 in 1408..65504: %s",
                mtu);
        check(
                0 <= bucketMb && bucketMb <= 1024,
                "cluster.bucket_mb must be in 0..1024: %s",
                bucketMb);
        check(
                1 <= streams && streams <= MAX_STREAMS,
                "cluster.streams must be in 1..%s: %s",
                MAX_STREAMS,
                streams);
        check(
                streams == 1 || transport != Transport.IPC,
                "cluster.streams=%s: cluster.transport=ipc is memory that neighbours share, more"
                        + " streams through it carry no more",
                streams);
        elastic = elastic == null ? new ElasticConfig(null, null, null, null, null) : elastic;
        int min = elastic.minWorkers() == null ? workers : elastic.minWorkers();
        int max = elastic.maxWorkers() == null ? workers : elastic.maxWorkers();
        check(
                1 <= min && min <= workers && workers <= max,
                "needs 1 <= cluster.elastic.min_workers <= cluster.workers <="
                        + " cluster.elastic.max_workers: %s, %s, %s",
                min,
                workers,
                max);
    }

    /** Returns the fewest workers that train. */
    public int minWorkers() {
        return elastic.minWorkers() == null ? workers : elastic.minWorkers();
    }

    /** Returns the most workers that are let in. */
    public int maxWorkers() {
        return elastic.maxWorkers() == null ? workers : elastic.maxWorkers();
    }

    /** Returns whether workers may come and go while the job trains. */
    public boolean changes() {
        return minWorkers() < workers || workers < maxWorkers();
    }

    /** Returns the cluster of a config that says nothing about it. */
    public static ClusterConfig defaults() {
        return over(null, null);
    }

    /** Returns the cluster of a config that says nothing but the number of workers. */
    public static ClusterConfig of(int workers) {
        return new ClusterConfig(workers, null, 0, null, null, 0, null, false, null, null, null);
    }

    /** Returns the cluster of a config that says what vectors travel over and as; null: neither. */
    public static ClusterConfig over(Transport transport, Wire wire) {
        return new ClusterConfig(null, null, 0, transport, wire, 0, null, false, null, null, null);
    }

    /** Returns this with another number of streams. */
    public ClusterConfig withStreams(int streams) {
        return new ClusterConfig(
                workers,
                timeoutSeconds,
                heapMegabytes,
                transport,
                wire,
                mtu,
                bucketMb,
                shardClasses,
                elastic,
                algorithm,
                streams);
    }
}
