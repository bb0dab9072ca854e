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
 * @param meeting the way to where the ranks meet; empty when all are on this host
 */
public record HostFacts(
        OptionalLong sharedMemoryFree,
        OptionalLong temporaryFree,
        OptionalLong receiveBufferMax,
        OptionalLong sendBufferMax,
        OptionalLong openFilesMax,
        Optional<Route> meeting) {

    /** Whether a host answers. */
    public enum Reach {
        /** A connection was made, or refused: packets come and go. */
        ANSWERS,
        /** Nothing came back. */
        SILENT,
        /** No address is known for the name. */
        UNKNOWN_NAME
    }

    /** Where ranks meet. */
    public enum Place {
        /** The ranks of a job whose workers stay. */
        RANK_ZERO("rank 0", "MASTER_ADDR"),
        /** Those of a job whose workers come and go: rank 0 may be gone. */
        COORDINATOR("the coordinator", "JFT_COORDINATORS");

        private final String name;
        private final String variable;

        Place(String name, String variable) {
            this.name = name;
            this.variable = variable;
        }

        /** Returns the variable that says where it is. */
        String variable() {
            return variable;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * The way to another host.
     *
     * @param to what is there
     * @param target "host:port", as given
     * @param networkInterface packets leave by, or "" when it is not known
     * @param mtu bytes of the largest packet of that interface
     */
    public record Route(
            Place to, String target, Reach reach, String networkInterface, OptionalInt mtu) {}
}
