package org.jft.cluster.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.TcpHandshake.Hello;
import org.jft.cluster.transport.TcpHandshake.Route;

/**
 * Accepts the connections of one rank: shakes hands on threads of its own, so that a caller which
 * says nothing holds up nobody, and keeps who has come until the owner asks for them. A sender is
 * told that it is welcome when the stream it wants is open here, whichever comes first.
 *
 * <p>Thread-safe.
 */
final class TcpDoor implements AutoCloseable {
    private static final int HANDSHAKE_TIMEOUT_MS = 5_000;
    private static final int FAREWELL_MS = 1_000;
    private static final int BACKLOG = 1024; // the ranks of a large job come at once

    private final int rank;
    private final JobToken job;
    private final ServerSocketChannel server;
    private final InetSocketAddress address;
    private final ConcurrentMap<Integer, InetSocketAddress> peers;
    private final ExecutorService threads;

    private final Map<Route, Queue<Caller>> waiting = new HashMap<>(); // all guarded by this
    private final Set<Route> open = new HashSet<>();
    private final List<SocketChannel> shaking = new ArrayList<>();
    private boolean closed;

    /** A sender that has proven to be of this job, and what it is to be told. */
    private record Caller(SocketChannel channel, byte[] welcome) {}

    private TcpDoor(
            int rank,
            JobToken job,
            ServerSocketChannel server,
            ConcurrentMap<Integer, InetSocketAddress> peers)
            throws IOException {
        this.rank = rank;
        this.job = job;
        this.server = server;
        this.peers = peers;
        address = (InetSocketAddress) server.getLocalAddress();
        threads =
                Executors.newCachedThreadPool(
                        task -> {
                            Thread thread = new Thread(task, "tcp-door");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    static TcpDoor open(
            int rank,
            JobToken job,
            ServerSocketChannel bound,
            ConcurrentMap<Integer, InetSocketAddress> peers)
            throws IOException {
        TcpDoor door = new TcpDoor(rank, job, bound, peers);
        door.threads.execute(door::accept);
        return door;
    }

    /** Takes a port; who calls waits until a door is opened there. */
    static ServerSocketChannel bind(InetSocketAddress local) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            // A port whose last owner was killed can be had at once.
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return server.bind(local, BACKLOG);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** Says that a stream is received here from now on. */
    synchronized void receive(Route route) {
        open.add(route);
        for (Caller caller : waiting.getOrDefault(route, new ArrayDeque<>())) {
            welcome(caller);
        }
    }

    /** Returns the next sender of an open stream, or null; owned by the caller. */
    synchronized SocketChannel next(Route route) {
        Queue<Caller> callers = waiting.get(route);
        Caller caller = callers == null ? null : callers.poll();
        return caller == null ? null : caller.channel();
    }

    @Override
    public void close() {
        hangUp();
        try {
            // The port is free once the thread that accepts has let go of it.
            threads.awaitTermination(FAREWELL_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void hangUp() {
        closed = true;
        threads.shutdownNow();
        closeQuietly(server);
        shaking.forEach(TcpDoor::closeQuietly);
        waiting.values().forEach(all -> all.forEach(each -> closeQuietly(each.channel())));
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // It is given up either way.
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (begin(channel)) {
                    threads.execute(() -> shakeHands(channel));
                }
            } catch (IOException ignored) {
                // Closed, or a caller that hung up at once.
            }
        }
    }

    private synchronized boolean begin(SocketChannel channel) {
        if (closed || shaking.size() >= BACKLOG) {
            closeQuietly(channel); // a rank tries again
            return false;
        }
        return shaking.add(channel);
    }

    private void shakeHands(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().setSoTimeout(HANDSHAKE_TIMEOUT_MS);
            byte[] challenge = TcpHandshake.challenge();
            channel.write(ByteBuffer.wrap(challenge));
            byte[] answer = new byte[TcpHandshake.HELLO_LENGTH];
            InputStream stream = channel.socket().getInputStream();
            Hello hello =
                    stream.readNBytes(answer, 0, answer.length) == answer.length
                            ? TcpHandshake.read(job, challenge, answer)
                            : null;
            if (hello == null || hello.route().to() != rank) {
                dismiss(channel);
                return;
            }
            channel.configureBlocking(false);
            InetSocketAddress from = (InetSocketAddress) channel.getRemoteAddress();
            peers.putIfAbsent(
                    hello.route().from(), new InetSocketAddress(from.getAddress(), hello.port()));
            arrived(hello, new Caller(channel, TcpHandshake.welcome(job, challenge, answer)));
        } catch (IOException | RuntimeException ignored) {
            dismiss(channel); // a caller that is no rank, or one that will try again
        }
    }

    private synchronized void arrived(Hello hello, Caller caller) {
        shaking.remove(caller.channel());
        if (closed) {
            closeQuietly(caller.channel());
            return;
        }
        waiting.computeIfAbsent(hello.route(), route -> new ArrayDeque<>()).add(caller);
        if (open.contains(hello.route())) {
            welcome(caller);
        }
    }

    private synchronized void dismiss(SocketChannel channel) {
        shaking.remove(channel);
        closeQuietly(channel);
    }

    private static void welcome(Caller caller) {
        try {
            caller.channel().write(ByteBuffer.wrap(caller.welcome())); // 32 bytes always fit
        } catch (IOException e) {
            closeQuietly(caller.channel()); // it has hung up: the reader will see the end
        }
    }
}
