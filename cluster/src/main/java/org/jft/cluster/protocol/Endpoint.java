package org.jft.cluster.protocol;

import static org.jft.cluster.protocol.FrameDescriptor.BYTE_ORDER;

import com.google.common.base.Utf8;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where a rank receives. Little-endian:
 *
 * <pre>
 *   0         4     8              12                   then, after its i32 length, UTF-8:
 *  +---------+-----+--------------+-----------------+   address
 *  | tcpPort | mtu | udpPortCount | udpPort i32 ... |
 *  | i32     | i32 | i32          |                 |
 *  +---------+-----+--------------+-----------------+
 * </pre>
 *
 * @param address numeric IP address; empty when the rank is reached by shared memory only
 * @param tcpPort 0 for none
 * @param udpPorts one for each stream; empty for none
 * @param mtu longest Aeron frame that fits a packet of its network
 */
public record Endpoint(String address, int tcpPort, List<Integer> udpPorts, int mtu) {
    /** Of a rank that is reached by shared memory only. */
    public static final Endpoint NONE = new Endpoint("", 0, List.of(), 0);

    private static final int TCP_PORT_OFFSET = 0;
    private static final int MTU_OFFSET = TCP_PORT_OFFSET + Integer.BYTES;
    private static final int UDP_PORT_COUNT_OFFSET = MTU_OFFSET + Integer.BYTES;
    private static final int UDP_PORTS_OFFSET = UDP_PORT_COUNT_OFFSET + Integer.BYTES;

    public Endpoint {
        udpPorts = List.copyOf(udpPorts);
    }

    /** Returns the bytes that {@link #encode} writes. */
    public int encodedLength() {
        return UDP_PORTS_OFFSET
                + udpPorts.size() * Integer.BYTES
                + Integer.BYTES
                + Utf8.encodedLength(address);
    }

    /** Writes this at an offset. */
    public void encode(MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset + TCP_PORT_OFFSET, tcpPort, BYTE_ORDER);
        buffer.putInt(offset + MTU_OFFSET, mtu, BYTE_ORDER);
        buffer.putInt(offset + UDP_PORT_COUNT_OFFSET, udpPorts.size(), BYTE_ORDER);
        int end = offset + UDP_PORTS_OFFSET;
        for (int port : udpPorts) {
            buffer.putInt(end, port, BYTE_ORDER);
            end += Integer.BYTES;
        }
        buffer.putStringUtf8(end, address, BYTE_ORDER);
    }

    /** Reads what {@link #encode} wrote. */
    public static Endpoint decode(DirectBuffer buffer, int offset) {
        int ports = buffer.getInt(offset + UDP_PORT_COUNT_OFFSET, BYTE_ORDER);
        int portsAt = offset + UDP_PORTS_OFFSET;
        return new Endpoint(
                buffer.getStringUtf8(portsAt + ports * Integer.BYTES, BYTE_ORDER),
                buffer.getInt(offset + TCP_PORT_OFFSET, BYTE_ORDER),
                IntStream.range(0, ports)
                        .mapToObj(i -> buffer.getInt(portsAt + i * Integer.BYTES, BYTE_ORDER))
                        .toList(),
                buffer.getInt(offset + MTU_OFFSET, BYTE_ORDER));
    }
}
