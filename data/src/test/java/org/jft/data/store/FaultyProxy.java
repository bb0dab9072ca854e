package org.jft.data.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between an S3 client and its server (GET and HEAD only) and spoils what it is told to. */
final class FaultyProxy implements AutoCloseable {
    private static final Pattern LENGTH =
            Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

    private final ServerSocket listener;
    private final int serverPort;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger connectionsToReset = new AtomicInteger();
    private volatile Function<String, Fault> plan = request -> Fault.NONE;

    FaultyProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    String address() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Decides from a request's head what happens to it. */
    void plan(Function<String, Fault> faults) {
        plan = faults;
    }

    /** Closes the next connections as soon as they are made. */
    void resetConnections(int count) {
        connectionsToReset.set(count);
    }

    int connections() {
        return connections.get();
    }

    /** Counts requests for a part of an object. */
    long rangedRequests() {
        return requests.stream().filter(FaultyProxy::isRanged).count();
    }

    static boolean isRanged(String request) {
        return request.startsWith("GET") && request.toLowerCase().contains("\r\nrange:");
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "faulty-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                connections.incrementAndGet();
                start(() -> serve(client));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void serve(Socket client) {
        try (client) {
            if (connectionsToReset.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                resetOnClose(client);
                return;
            }
            InputStream in = new BufferedInputStream(client.getInputStream());
            boolean open = true;
            while (open) {
                String request = head(in);
                if (request == null) {
                    return;
                }
                requests.add(request);
                open = answer(request, client);
            }
        } catch (IOException e) {
            // the client gave up
        }
    }

    private boolean answer(String request, Socket client) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            String last = request.replaceAll("(?i)connection: [^\r]*\r\n", "");
            last = last.substring(0, last.length() - 2) + "Connection: close\r\n\r\n";
            server.getOutputStream().write(last.getBytes(ISO_8859_1));
            InputStream in = new BufferedInputStream(server.getInputStream());
            String head = head(in).replaceAll("(?i)connection: close\r\n", "");
            Matcher length = LENGTH.matcher(head);
            boolean known = length.find();
            Fault.Answer answer =
                    new Fault.Answer(
                            head,
                            in,
                            known ? Long.parseLong(length.group(1)) : Long.MAX_VALUE,
                            !request.startsWith("HEAD"));
            if (!plan.apply(request).send(answer, client.getOutputStream())) {
                resetOnClose(client);
                return false;
            }
            return known;
        }
    }

    private static void resetOnClose(Socket client) throws IOException {
        client.setSoLinger(true, 0);
    }

    /** Reads up to the empty line; null at the end of the stream. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
