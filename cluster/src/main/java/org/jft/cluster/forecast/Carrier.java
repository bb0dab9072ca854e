package org.jft.cluster.forecast;

import org.jft.cluster.transport.UdpSettings;

/** What packets carry gradients, and what of a link's rate they leave to the gradients. */
public enum Carrier {
    /** Headers of IP and TCP, with time stamps. */
    TCP {
        @Override
        double share(int mtu, int framing) {
            return (double) (mtu - IP - TCP_WITH_TIME_STAMPS) / (mtu + framing);
        }
    },
    /** Headers of IP, UDP, Aeron and ours; a frame is a multiple of 32 bytes. */
    UDP {
        @Override
        double share(int mtu, int framing) {
            int frame = UdpSettings.mtuOf(mtu);
            return (double) (frame - AERON_AND_OURS) / (frame + IP + UDP_HEADER + framing);
        }
    };

    /** Bytes a packet takes on Ethernet besides: header, checksum, preamble and gap. */
    public static final int ETHERNET = 14 + 4 + 8 + 12;

    /** The same on a virtual link, where a rate counts the header alone. */
    public static final int VIRTUAL_ETHERNET = 14;

    private static final int IP = 20;
    private static final int TCP_WITH_TIME_STAMPS = 20 + 12;
    private static final int UDP_HEADER = 8;
    private static final int AERON_AND_OURS = 32 + 32;

    /**
     * Returns payload by what a link counts.
     *
     * @param mtu bytes of a packet, IP header included
     * @param framing bytes of each packet that the link counts besides
     */
    abstract double share(int mtu, int framing);
}
