package org.jft.cluster.preflight;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a host says about itself; empty where it does not say.
 *
 * @param sharedMemoryFree bytes free in /dev/shm
 * @param temporaryFree bytes free in the temporary folder, which takes its place
 * @param receiveBufferMax net.core.rmem_max, bytes
 * @param sendBufferMax net.core.wmem_max, bytes
 * @param openFilesMax files and sockets this process may have open
 * @param master the way to rank 0; empty when all ranks are on this host
 */
public record HostFacts(
        OptionalLong sharedMemoryFree,
        OptionalLong temporaryFree,
        OptionalLong receiveBufferMax,
        OptionalLong sendBufferMax,
        OptionalLong openFilesMax,
        Optional<Route> master) {

    /** Whether a host answers. */
    public enum Reach {
        /** A connection was made, or refused: packets come and go. */
        ANSWERS,
        /** Nothing came back. */
        SILENT,
        /** No address is known for the name. */
        UNKNOWN_NAME
    }

    /**
     * The way to another host.
     *
     * @param target "host:port", as given
     * @param networkInterface packets leave by, or "" when it is not known
     * @param mtu bytes of the largest packet of that interface
     */
    public record Route(String target, Reach reach, String networkInterface, OptionalInt mtu) {}
}
