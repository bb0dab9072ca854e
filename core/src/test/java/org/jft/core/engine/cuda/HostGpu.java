package org.jft.core.engine.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jft.core.engine.cuda.driver.Grid;

/**
 * Runs the kernels on the CPU: all sources as one C++ program for each element type, behind
 * host_shim.h, which stands in for the GPU. The programs are compiled once and serve until the JVM
 * ends. A kernel that reads or writes outside its arguments, needs an alignment that they lack, or
 * depends on the order of its threads fails the launch.
 */
final class HostGpu {
    /** A structure of ints, by value. */
    record Structure(int... values) {}

    private static final Map<Format, CompletableFuture<HostGpu>> PROGRAMS =
            new EnumMap<>(Format.class);

    private final Path program;
    private final Path log;
    private OutputStream requests;
    private InputStream answers;

    private HostGpu(Path program) throws IOException {
        this.program = program;
        log = Files.createTempFile("jft-kernels", ".log");
        log.toFile().deleteOnExit();
        start();
    }

    private void start() throws IOException {
        Process process =
                new ProcessBuilder(program.toString()).redirectError(log.toFile()).start();
        requests = new BufferedOutputStream(process.getOutputStream());
        answers = new BufferedInputStream(process.getInputStream());
    }

    /** Returns the one of a type; skips the test where there is no g++. */
    static HostGpu of(Format format) {
        assumeTrue(Tools.onPath("g++"), "g++ is not installed");
        synchronized (PROGRAMS) {
            // The first to ask starts all, so that they compile beside one another.
            for (Format each : Format.values()) {
                PROGRAMS.computeIfAbsent(
                        each, f -> CompletableFuture.supplyAsync(() -> compile(f)));
            }
        }
        return PROGRAMS.get(format).join();
    }

    private static HostGpu compile(Format format) {
        Path program =
                KernelSources.compile(
                        "kernels-" + format,
                        KernelSources.forHost(Kernels.FAMILIES, "host_main.h"),
                        "-O1",
                        "-DT_" + format,
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-Wno-unknown-pragmas",
                        "-fsanitize=alignment,bounds",
                        "-fno-sanitize-recover=all");
        try {
            return new HostGpu(program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Launches a kernel and waits.
     *
     * @param arguments in the order of its signature: Integer, Long, Float, Double, Structure,
     *     {@link DeviceArray}, or null for a null pointer; an array given twice is one memory
     */
    synchronized void launch(String kernel, Grid grid, Object... arguments) {
        List<DeviceArray> memory = new ArrayList<>();
        try {
            requests.write(request(kernel, grid, arguments, memory));
            requests.flush();
            if (read(Integer.BYTES).getInt() != 0) {
                throw new AssertionError("no answer to " + kernel);
            }
            for (DeviceArray array : memory) {
                array.buffer().put(0, read(array.content().length).array());
            }
        } catch (IOException e) {
            throw new AssertionError(kernel + ": " + restart(), e);
        }
    }

    /** Returns why the program ended, and starts it again. */
    private String restart() {
        try {
            String said = Files.readString(log).strip();
            start();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer read(int count) throws IOException {
        byte[] bytes = answers.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the program ended");
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] request(
            String kernel, Grid grid, Object[] arguments, List<DeviceArray> memory) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] name = kernel.getBytes(StandardCharsets.US_ASCII);
        bytes.writeBytes(ints(name.length));
        bytes.writeBytes(name);
        bytes.writeBytes(ints(grid.x(), grid.y(), grid.threads(), arguments.length));
        List<Object> seen = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof DeviceArray array) {
                if (memory.contains(array)) {
                    bytes.writeBytes(ints(2, seen.indexOf(array)));
                } else {
                    bytes.writeBytes(ints(1, array.offset(), array.content().length));
                    bytes.writeBytes(array.content());
                    memory.add(array);
                }
            } else {
                byte[] value = value(argument);
                bytes.writeBytes(ints(0, value.length));
                bytes.writeBytes(value);
            }
            seen.add(argument);
        }
        return bytes.toByteArray();
    }

    private static byte[] value(Object argument) {
        if (argument == null) {
            return new byte[Long.BYTES];
        } else if (argument instanceof Integer value) {
            return ints(value);
        } else if (argument instanceof Float value) {
            return ints(Float.floatToRawIntBits(value));
        } else if (argument instanceof Long value) {
            return little(Long.BYTES).putLong(value).array();
        } else if (argument instanceof Double value) {
            return little(Double.BYTES).putDouble(value).array();
        } else if (argument instanceof Structure structure) {
            return ints(structure.values());
        }
        throw new IllegalArgumentException("not an argument: " + argument);
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = little(Integer.BYTES * values.length);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
