package org.jft.bench.scaling;

import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jft.bench.Rates;

/**
 * What a forecast takes from this machine; a network's own latency comes on top.
 *
 * @param latency seconds that 4 KB take from thread to thread over loopback TCP
 * @param addedPerSecond bytes of float32 that one thread adds into a vector a second
 * @param insideBytesPerSecond that loopback TCP carries from thread to thread, as inside a host
 */
record Constants(double latency, double addedPerSecond, double insideBytesPerSecond) {
    private static final int MESSAGE_BYTES = 4096;
    private static final int ROUND_TRIPS = 2000;
    private static final int BLOCK_BYTES = 128 << 10;
    private static final int BLOCKS = 4096; // half a GB
    private static final int FLOATS = 1 << 22; // beyond the caches
    private static final int ADDITIONS = 20;

    /** Measures, about a second. */
    static Constants measure() throws IOException, InterruptedException {
        return new Constants(oneWay(), addition(), throughput());
    }

    private static double oneWay() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread echo = new Thread(() -> echo(server), "echo");
            echo.start();
            List<Double> seconds = new ArrayList<>();
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                socket.setTcpNoDelay(true);
                byte[] message = new byte[MESSAGE_BYTES];
                for (int trip = 0; trip < ROUND_TRIPS; trip++) {
                    long startNs = System.nanoTime();
                    socket.getOutputStream().write(message);
                    ByteStreams.readFully(socket.getInputStream(), message);
                    seconds.add((System.nanoTime() - startNs) / 2e9);
                }
            }
            echo.join();
            // The first half warms up.
            return Rates.of(seconds.subList(ROUND_TRIPS / 2, ROUND_TRIPS)).median();
        }
    }

    private static double throughput() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread sink = new Thread(() -> drain(server), "sink");
            sink.start();
            long startNs = System.nanoTime();
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                byte[] block = new byte[BLOCK_BYTES];
                for (int i = 0; i < BLOCKS; i++) {
                    socket.getOutputStream().write(block);
                }
            }
            sink.join();
            return (double) BLOCKS * BLOCK_BYTES / ((System.nanoTime() - startNs) / 1e9);
        }
    }

    private static void drain(ServerSocket server) {
        try (Socket socket = server.accept()) {
            byte[] block = new byte[BLOCK_BYTES];
            while (socket.getInputStream().read(block) >= 0) {
                // only how fast counts
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            byte[] message = new byte[MESSAGE_BYTES];
            while (ByteStreams.read(socket.getInputStream(), message, 0, MESSAGE_BYTES)
                    == MESSAGE_BYTES) {
                socket.getOutputStream().write(message);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double addition() {
        float[] sum = new float[FLOATS];
        float[] term = new float[FLOATS];
        List<Double> rates = new ArrayList<>();
        for (int round = 0; round < ADDITIONS; round++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < FLOATS; i++) {
                sum[i] += term[i];
            }
            rates.add(4.0 * FLOATS / ((System.nanoTime() - startNs) / 1e9));
        }
        return Rates.of(rates.subList(ADDITIONS / 2, ADDITIONS)).median();
    }
}
