package org.jft.cluster.transport;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.TcpHandshake.Route;

/**
 * A stream to one peer: a connection that is tried until the peer is there, once. Frames are
 * gathered in a small buffer and handed to the kernel as it takes them, at least one at a time.
 */
final class TcpOutbound implements Outbound {
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FAREWELL_NS = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        APART,
        CONNECTING,
        AWAITING_CHALLENGE,
        AWAITING_WELCOME,
        OPEN,
        GONE
    }

    private final Route route;
    private final JobToken job;
    private final int ownPort;
    private final Supplier<InetSocketAddress> address;
    private final ByteBuffer staging;
    private final UnsafeBuffer frames; // the same memory
    private final ByteBuffer reply = ByteBuffer.allocate(TcpHandshake.WELCOME_LENGTH);

    private State state = State.APART;
    private SocketChannel channel;
    private byte[] challenge;
    private byte[] hello;
    private int head; // first staged byte that the kernel has not taken
    private int tail; // end of what is staged
    private long triedNs = System.nanoTime() - RETRY_NS;
    private boolean answered;
    private String trouble;

    TcpOutbound(Route route, JobToken job, int ownPort, Supplier<InetSocketAddress> address) {
        this.route = route;
        this.job = job;
        this.ownPort = ownPort;
        this.address = address;
        staging =
                ByteBuffer.allocateDirect(TcpTransport.bufferLength(route.lane()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        frames = new UnsafeBuffer(staging);
    }

    @Override
    public int peer() {
        return route.to();
    }

    @Override
    public int maxFrameLength() {
        return TcpTransport.maxFrameLength(route.lane());
    }

    @Override
    public boolean offer(int length, FrameWriter writer) {
        checkArgument(length <= maxFrameLength(), "frame too long: length=%s", length);
        if (state != State.OPEN && !connect()) {
            return false;
        }
        int needed = TcpTransport.recordLength(length);
        if (tail + needed > staging.capacity() && (!flush() || state != State.OPEN)) {
            return false;
        }
        writer.write(frames, tail + Integer.BYTES);
        staging.putInt(tail, length);
        tail += needed;
        flush();
        return true;
    }

    @Override
    public boolean flush() {
        if (state == State.OPEN && head < tail) {
            try {
                head += channel.write(staging.limit(tail).position(head));
            } catch (IOException e) {
                lose(e);
            }
            staging.clear();
        }
        if (state == State.GONE || head == tail) {
            head = 0;
            tail = 0;
        }
        return head == tail;
    }

    @Override
    public boolean connected() {
        if (state != State.OPEN) {
            return connect();
        }
        flush();
        if (state == State.OPEN) {
            try {
                if (channel.read(reply.clear()) < 0) { // a receiver says nothing but farewell
                    lose(null);
                }
            } catch (IOException e) {
                lose(e);
            }
        }
        return state == State.OPEN;
    }

    @Override
    public Optional<String> trouble() {
        boolean asking = state == State.CONNECTING || state == State.AWAITING_CHALLENGE;
        return trouble == null && asking
                ? Optional.of(TcpTransport.name(address.get()) + ": no answer")
                : Optional.ofNullable(trouble);
    }

    @Override
    public void close() {
        close(List.of(this));
    }

    /** Closes several, which have a second together for what is still to be sent. */
    static void close(List<TcpOutbound> outbounds) {
        long startNs = System.nanoTime();
        while (!flush(outbounds) && System.nanoTime() - startNs < FAREWELL_NS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        outbounds.forEach(outbound -> outbound.lose(null));
    }

    private static boolean flush(List<TcpOutbound> outbounds) {
        boolean all = true;
        for (TcpOutbound outbound : outbounds) {
            all &= outbound.flush();
        }
        return all;
    }

    /** Goes as far towards an open stream as it can without waiting; returns whether it is. */
    private boolean connect() {
        try {
            if (state == State.APART && System.nanoTime() - triedNs >= RETRY_NS) {
                call();
            }
            if (state == State.CONNECTING && channel.finishConnect()) {
                await(State.AWAITING_CHALLENGE, TcpHandshake.CHALLENGE_LENGTH);
            }
            if (state == State.AWAITING_CHALLENGE && replied()) {
                challenge = Arrays.copyOf(reply.array(), TcpHandshake.CHALLENGE_LENGTH);
                hello = TcpHandshake.hello(job, challenge, route, ownPort);
                channel.write(ByteBuffer.wrap(hello)); // the first 72 bytes always fit
                await(State.AWAITING_WELCOME, TcpHandshake.WELCOME_LENGTH);
            }
            if (state == State.AWAITING_WELCOME && replied()) {
                byte[] expected = TcpHandshake.welcome(job, challenge, hello);
                if (MessageDigest.isEqual(expected, reply.array())) {
                    state = State.OPEN;
                    trouble = null;
                } else {
                    retryLater("it is not of this job");
                }
            }
        } catch (IOException e) {
            retryLater(e.getMessage());
        }
        return state == State.OPEN;
    }

    private void call() throws IOException {
        InetSocketAddress target = address.get();
        if (target == null) {
            return;
        }
        triedNs = System.nanoTime();
        channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        state = State.CONNECTING;
        channel.connect(target);
    }

    private void await(State next, int length) {
        state = next;
        reply.clear().limit(length);
    }

    private boolean replied() throws IOException {
        if (channel.read(reply) < 0) {
            throw new IOException(
                    state == State.AWAITING_WELCOME
                            ? "it hung up: another job, or another JFT_JOB_SECRET"
                            : "it hung up");
        }
        return !reply.hasRemaining();
    }

    private void retryLater(String why) {
        // That nobody listens any more says less than what was answered before.
        answered |= state != State.CONNECTING;
        if (!answered || state != State.CONNECTING) {
            trouble = "%s: %s".formatted(TcpTransport.name(address.get()), why);
        }
        TcpDoor.closeQuietly(channel);
        state = State.APART;
        triedNs = System.nanoTime();
    }

    private void lose(IOException why) {
        if (why != null) {
            trouble = why.getMessage();
        }
        if (channel != null) {
            TcpDoor.closeQuietly(channel);
        }
        state = State.GONE;
    }
}
