package org.jft.cluster.preflight;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jft.cluster.preflight.HostFacts.Reach;
import org.jft.cluster.preflight.HostFacts.Route;

/** What a host must have for a run, or had better have. */
public final class HostChecks {
    /** What Aeron over UDP asks the kernel for; it refuses a receiver window above it. */
    static final long SOCKET_BUFFER_BYTES = 4L << 20;

    /** Ethernet with jumbo frames has 9000; loopback and some fabrics more. */
    static final int JUMBO_MTU = 8192;

    /** Jars, shards, checkpoints, logs; with a margin. */
    private static final long OPEN_FILES = 1024;

    /** Of the meeting and of the ring, on rank 0. */
    private static final long OPEN_FILES_PER_RANK = 4;

    private HostChecks() {}

    /**
     * Checks a host.
     *
     * @param worldSize workers of the job
     * @param sharedMemoryNeeded bytes that the workers of this host exchange gradients through; 0
     *     when there is one worker
     */
    public static List<Finding> check(HostFacts facts, int worldSize, long sharedMemoryNeeded) {
        List<Finding> findings = new ArrayList<>();
        sharedMemory(facts, sharedMemoryNeeded).ifPresent(findings::add);
        openFiles(facts.openFilesMax(), worldSize).ifPresent(findings::add);
        facts.meeting().ifPresent(route -> findings.addAll(network(facts, route)));
        return findings;
    }

    /**
     * Checks the room for checkpoints. The next one is written before the oldest is removed.
     *
     * @param free bytes where the folder is
     * @param checkpointBytes of one
     * @param kept checkpoints that are kept
     * @param present checkpoints that are there already
     */
    public static Optional<Finding> disk(
            Path folder, OptionalLong free, long checkpointBytes, int kept, int present) {
        long room = free.orElse(Long.MAX_VALUE);
        if (room < checkpointBytes) {
            return Optional.of(
                    Finding.failure(
                            "%s has room for %s but a checkpoint takes %s: free some, or choose another --out",
                            folder, size(room), size(checkpointBytes)));
        }
        long all = (kept + 1L - Math.min(present, kept)) * checkpointBytes;
        if (room < all) {
            return Optional.of(
                    Finding.warning(
                            "%s has room for %s but the checkpoints that are to come take %s: free some, or keep fewer (train.cadence.keep_checkpoints=%s)",
                            folder, size(room), size(all), kept));
        }
        return Optional.empty();
    }

    private static Optional<Finding> sharedMemory(HostFacts facts, long needed) {
        long memory = facts.sharedMemoryFree().orElse(0);
        if (memory >= needed) {
            return Optional.empty();
        }
        long disk = facts.temporaryFree().orElse(0);
        String fix =
                "enlarge it (docker run --shm-size=%1$dm, or an emptyDir of medium Memory at /dev/shm)"
                        .formatted((needed >> 20) + 1);
        if (disk >= needed) {
            return Optional.of(
                    Finding.warning(
                            "/dev/shm has %s free but the workers exchange gradients through %s, which go through files on disk instead: %s",
                            size(memory), size(needed), fix));
        }
        return Optional.of(
                Finding.failure(
                        "/dev/shm has %s free and the temporary folder %s but the workers exchange gradients through %s: %s",
                        size(memory), size(disk), size(needed), fix));
    }

    private static Optional<Finding> openFiles(OptionalLong most, int worldSize) {
        long needed = OPEN_FILES + OPEN_FILES_PER_RANK * worldSize;
        return most.orElse(Long.MAX_VALUE) >= needed
                ? Optional.empty()
                : Optional.of(
                        Finding.warning(
                                "this process may open %d files and may need %d: raise the limit (ulimit -n %d)",
                                most.getAsLong(), needed, needed));
    }

    private static List<Finding> network(HostFacts facts, Route route) {
        List<Finding> findings = new ArrayList<>();
        if (route.reach() == Reach.UNKNOWN_NAME) {
            findings.add(
                    Finding.warning(
                            "%s of %s has no address: name the host of %s as this host knows it",
                            route.to().variable(), route.target(), route.to()));
        }
        if (route.reach() == Reach.SILENT) {
            findings.add(
                    Finding.warning(
                            "%s at %s does not answer: if it stays so, let a firewall or network policy pass the job's ports both ways",
                            route.to(), route.target()));
        }
        buffers(facts).ifPresent(findings::add);
        if (route.mtu().isPresent() && route.mtu().getAsInt() < JUMBO_MTU) {
            findings.add(
                    Finding.warning(
                            "the way to %s (%s) has an MTU of %d, where UDP carries a fraction of what it could: exchange over TCP, or give every hop jumbo frames (ip link set %s mtu 9000)",
                            route.to(),
                            route.networkInterface(),
                            route.mtu().getAsInt(),
                            route.networkInterface()));
        }
        return findings;
    }

    private static Optional<Finding> buffers(HostFacts facts) {
        List<String> small = new ArrayList<>();
        if (facts.receiveBufferMax().orElse(Long.MAX_VALUE) < SOCKET_BUFFER_BYTES) {
            small.add("net.core.rmem_max");
        }
        if (facts.sendBufferMax().orElse(Long.MAX_VALUE) < SOCKET_BUFFER_BYTES) {
            small.add("net.core.wmem_max");
        }
        return small.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Finding.warning(
                                "%s of this host: below the %s that UDP between hosts needs for full speed: sysctl -w %s",
                                String.join(" and ", small),
                                size(SOCKET_BUFFER_BYTES),
                                String.join(
                                        " ",
                                        small.stream()
                                                .map(name -> name + "=" + SOCKET_BUFFER_BYTES)
                                                .toList())));
    }

    private static String size(long bytes) {
        return bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
    }
}
