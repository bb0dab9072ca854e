package org.jft.cluster.preflight;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jft.cluster.preflight.HostFacts.Place;
import org.jft.cluster.preflight.HostFacts.Reach;
import org.jft.cluster.preflight.HostFacts.Route;

/**
 * Asks this host; takes milliseconds, two seconds more for rank 0's host if it is silent, or for
 * each coordinator's that is, and longer only where none has an address yet.
 */
public final class HostProbe {
    private static final int CONNECT_MS = 2000;
    private static final long LOOKUP_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String OPEN_FILES = "Max open files";

    private HostProbe() {}

    /**
     * Asks.
     *
     * @param coordinators of an elastic job
     * @param master where rank 0 is; of no interest where there are coordinators
     * @param patience until one has an address: a pod gets its own some time after it starts
     */
    public static HostFacts probe(
            List<HostAndPort> coordinators, Optional<InetSocketAddress> master, Duration patience) {
        return probe(meeting(coordinators, master, patience), Path.of("/proc"));
    }

    static HostFacts probe(Optional<Route> meeting, Path proc) {
        return new HostFacts(
                freeBytes(Path.of("/dev/shm")),
                freeBytes(Path.of(System.getProperty("java.io.tmpdir"))),
                number(proc.resolve("sys/net/core/rmem_max")),
                number(proc.resolve("sys/net/core/wmem_max")),
                openFilesMax(proc.resolve("self/limits")),
                meeting);
    }

    /** Returns the room in the folder, or in the nearest above it that is there. */
    public static OptionalLong freeBytes(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return there == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong number(Path file) {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // a container may hide it
        }
    }

    /** Reads a line such as {@code Max open files 1024 524288 files}: soft limit, hard limit. */
    private static OptionalLong openFilesMax(Path limits) {
        try {
            for (String line : Files.readAllLines(limits)) {
                if (line.startsWith(OPEN_FILES)) {
                    String soft = line.substring(OPEN_FILES.length()).strip().split("\\s+")[0];
                    return soft.equals("unlimited")
                            ? OptionalLong.empty()
                            : OptionalLong.of(Long.parseLong(soft));
                }
            }
        } catch (IOException | NumberFormatException ignored) {
            // Not Linux, or not told.
        }
        return OptionalLong.empty();
    }

    private static Optional<Route> meeting(
            List<HostAndPort> coordinators, Optional<InetSocketAddress> master, Duration patience) {
        if (!coordinators.isEmpty()) {
            return route(Place.COORDINATOR, coordinators, patience);
        }
        try {
            return master.map(at -> HostAndPort.fromParts(at.getHostString(), at.getPort()))
                    .flatMap(at -> route(Place.RANK_ZERO, List.of(at), patience));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // whoever connects says that this is no address
        }
    }

    /**
     * Returns the way to one of several hosts, to one that answers if any does; empty when this one
     * is all of them.
     */
    private static Optional<Route> route(Place place, List<HostAndPort> hosts, Duration patience) {
        await(hosts, patience);
        Optional<Route> found = Optional.empty();
        for (HostAndPort host : hosts) {
            Optional<Route> next = route(place, address(host), host.toString());
            if (next.isPresent() && next.get().reach() == Reach.ANSWERS) {
                return next;
            }
            found = found.or(() -> next);
        }
        return found;
    }

    private static InetSocketAddress address(HostAndPort host) {
        return new InetSocketAddress(host.getHost(), host.getPort());
    }

    private static InetSocketAddress firstKnown(List<HostAndPort> hosts) {
        List<InetSocketAddress> found = hosts.stream().map(HostProbe::address).toList();
        return found.stream()
                .filter(address -> !address.isUnresolved())
                .findFirst()
                .orElse(found.get(0));
    }

    /**
     * Looks several hosts up until one has an address, as long as patience lasts: in a cluster a
     * host may get its name after others have started.
     *
     * @return unresolved if none has one
     */
    public static InetSocketAddress await(List<HostAndPort> hosts, Duration patience) {
        return await(() -> firstKnown(hosts), patience);
    }

    /** Looks up until there is an address, as long as patience lasts. */
    static InetSocketAddress await(Supplier<InetSocketAddress> lookup, Duration patience) {
        long startNs = System.nanoTime();
        InetSocketAddress found = lookup.get();
        while (found.isUnresolved()
                && System.nanoTime() - startNs < patience.toNanos()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOKUP_NS);
            found = lookup.get();
        }
        return found;
    }

    /** Returns the way to a host; empty when the host is this one. */
    static Optional<Route> route(Place place, InetSocketAddress to, String target) {
        if (to.isUnresolved()) {
            return Optional.of(
                    new Route(place, target, Reach.UNKNOWN_NAME, "", OptionalInt.empty()));
        }
        // Connecting a UDP socket sends nothing, but lets the kernel choose the interface.
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(to);
            InetAddress own = socket.getLocalAddress();
            if (own.isLoopbackAddress() || own.equals(to.getAddress())) {
                return Optional.empty();
            }
            NetworkInterface by = NetworkInterface.getByInetAddress(own);
            return Optional.of(
                    by == null
                            ? new Route(place, target, reach(to), "", OptionalInt.empty())
                            : new Route(
                                    place,
                                    target,
                                    reach(to),
                                    by.getName(),
                                    OptionalInt.of(by.getMTU())));
        } catch (IOException | UncheckedIOException e) {
            return Optional.of(new Route(place, target, Reach.SILENT, "", OptionalInt.empty()));
        }
    }

    /**
     * A refused connection is an answer: rank 0 may not have come that far; UDP is another port.
     */
    static Reach reach(InetSocketAddress to) {
        try (Socket socket = new Socket()) {
            socket.connect(to, CONNECT_MS);
            return Reach.ANSWERS;
        } catch (ConnectException e) {
            return Reach.ANSWERS;
        } catch (IOException e) {
            return Reach.SILENT;
        }
    }
}
