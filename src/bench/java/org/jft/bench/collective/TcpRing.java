package org.jft.bench.collective;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jft.cluster.collective.Collective;
import org.jft.core.topology.Topology;

/**
 * The peer: the ring all-reduce that Gloo and NCCL run, over loopback TCP. It sends straight from
 * the vector, receives the second half straight into it, and passes on what it has received of a
 * step while the rest is still coming in. The kernel sizes the socket buffers.
 */
final class TcpRing implements AutoCloseable {
    private static final int SCRATCH_BYTES = 64 << 10; // a few reads fill it, and L2 holds it

    private final int rank;
    private final int worldSize;
    private final Duration timeout;
    private final SocketChannel successor;
    private final SocketChannel predecessor;
    private final Selector selector;
    private final ByteBuffer scratch =
            ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());
    private final FloatBuffer scratchFloats = scratch.asFloatBuffer();
    private final float[] theirs = new float[SCRATCH_BYTES / Float.BYTES];
    private final float[] mine = new float[SCRATCH_BYTES / Float.BYTES];

    private ByteBuffer bytes; // the vector of the operation that runs
    private FloatBuffer floats; // the same memory
    private int sendStep;
    private int sent; // bytes of that step's segment
    private int receiveStep;
    private int received; // bytes of that step's segment, summed or in place

    private TcpRing(
            Topology at, Duration timeout, SocketChannel successor, SocketChannel predecessor)
            throws IOException {
        this.rank = at.rank();
        this.worldSize = at.worldSize();
        this.timeout = timeout;
        this.successor = successor;
        this.predecessor = predecessor;
        this.selector = Selector.open();
        for (SocketChannel channel : new SocketChannel[] {successor, predecessor}) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }
        successor.register(selector, 0);
        predecessor.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Joins the ranks of a job; all call it.
     *
     * @param job by which the ranks tell each other their ports
     * @param timeout longest wait without progress, here and later
     */
    static TcpRing connect(Collective job, Duration timeout) throws IOException {
        Topology at = job.topology();
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(here, 0));
            long[] ports = job.allGather(server.socket().getLocalPort());
            SocketChannel successor =
                    SocketChannel.open(new InetSocketAddress(here, (int) ports[at.successor()]));
            server.socket().setSoTimeout((int) timeout.toMillis());
            SocketChannel predecessor = server.socket().accept().getChannel();
            return new TcpRing(at, timeout, successor, predecessor);
        }
    }

    /**
     * Sums over all ranks, in place.
     *
     * @param vector of floats, direct, in native order; position 0 to limit
     */
    void allReduce(ByteBuffer vector) throws IOException {
        bytes = vector.duplicate();
        floats = vector.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
        sendStep = 0;
        sent = 0;
        receiveStep = 0;
        received = 0;
        int steps = 2 * (worldSize - 1);
        while (sendStep < steps || receiveStep < steps) {
            boolean moved = send(steps);
            moved |= receive(steps);
            if (!moved) {
                await(steps);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (selector;
                predecessor) {
            successor.close();
        }
    }

    private boolean send(int steps) throws IOException {
        if (sendStep == steps) {
            return false;
        }
        int segment = Math.floorMod(rank - sendStep, worldSize);
        int count = 0;
        int sendable = sendable(steps);
        if (sendable > sent) {
            int from = start(segment);
            count = successor.write(bytes.limit(from + sendable).position(from + sent));
            sent += count;
        }
        if (sent == length(segment) && sendStep <= receiveStep) {
            sendStep++;
            sent = 0;
            return true;
        }
        return count > 0;
    }

    /** Returns how far the segment of this step may be sent: as far as it has come in. */
    private int sendable(int steps) {
        if (sendStep == steps) {
            return 0;
        }
        if (sendStep > receiveStep) {
            return sendStep == receiveStep + 1 ? received : 0;
        }
        return length(Math.floorMod(rank - sendStep, worldSize));
    }

    private boolean receive(int steps) throws IOException {
        if (receiveStep == steps) {
            return false;
        }
        int segment = Math.floorMod(rank - receiveStep - 1, worldSize);
        int count = 0;
        if (received < length(segment)) {
            count =
                    receiveStep < worldSize - 1
                            ? add(segment)
                            : read(bytes, start(segment) + received, start(segment + 1));
            received += count;
        }
        if (received == length(segment)) {
            receiveStep++;
            received = 0;
            return true;
        }
        return count > 0;
    }

    /** Reads what is there and adds the whole floats of it; returns their bytes. */
    private int add(int segment) throws IOException {
        int left = length(segment) - received;
        read(scratch, scratch.position(), Math.min(scratch.capacity(), left));
        int count = scratch.position() / Float.BYTES;
        int first = (start(segment) + received) / Float.BYTES;
        scratchFloats.get(0, theirs, 0, count);
        floats.get(first, mine, 0, count);
        for (int i = 0; i < count; i++) {
            mine[i] += theirs[i];
        }
        floats.put(first, mine, 0, count);
        scratch.limit(scratch.position()).position(count * Float.BYTES);
        scratch.compact(); // the beginning of a float may remain
        return count * Float.BYTES;
    }

    private int read(ByteBuffer target, int from, int to) throws IOException {
        int count = predecessor.read(target.limit(to).position(from));
        if (count < 0) {
            throw new EOFException("the predecessor has closed its connection");
        }
        return count;
    }

    private void await(int steps) throws IOException {
        successor.keyFor(selector).interestOps(sendable(steps) > sent ? SelectionKey.OP_WRITE : 0);
        predecessor.keyFor(selector).interestOps(receiveStep < steps ? SelectionKey.OP_READ : 0);
        if (selector.select(timeout.toMillis()) == 0) {
            throw new SocketTimeoutException("nothing moved for " + timeout);
        }
        selector.selectedKeys().clear();
    }

    /** Returns the bytes of a segment. */
    private int length(int segment) {
        return start(segment + 1) - start(segment);
    }

    /** Returns where a segment begins, in bytes. */
    private int start(int segment) {
        return (int) ((long) segment * floats.capacity() / worldSize) * Float.BYTES;
    }
}
