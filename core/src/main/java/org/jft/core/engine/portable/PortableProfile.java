package org.jft.core.engine.portable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.GradientListener;
import org.jft.core.engine.KernelListener.KernelRun;
import org.jft.core.engine.Pass;
import org.jft.core.engine.program.Shape;

/**
 * Where the time of a training pass goes. Tasks are timed one by one, so that a pass as a whole,
 * one graph, takes less. Files of a {@link PortableCase}:
 *
 * <pre>
 *   parameters.f32    read
 *   pixels.u8         read; uint8 [N, H, W, 3], scaled to -1..1
 * </pre>
 *
 * <p>Prints kinds of tasks and the longest tasks, in milliseconds a pass.
 */
final class PortableProfile {
    private static final int WARM_UP = 2;
    private static final int LONGEST = 40;
    private static final String ROW = "%-24s %-32s %9s %6s %8s  %s%n";

    /** Runs that count as one, of all passes. */
    private static final class Sum {
        private long nanos;
        private long flops;
        private List<String> code = List.of(); // of a task, of its last pass

        void add(KernelRun run) {
            nanos += run.nanos();
            flops += run.flops();
            code = run.implementations();
        }
    }

    /** What a row of the table is about; no vertex: all tasks of a kind. */
    private record Title(String kind, String vertex) {}

    private final Engine engine;
    private final EngineInput images;
    private final FloatBuffer outputGradient;
    private final Map<Title, Sum> kinds = new LinkedHashMap<>();
    private final Map<Title, Sum> tasks = new LinkedHashMap<>();

    PortableProfile(Engine engine, PortableNetwork network, PortableCase of) throws IOException {
        this.engine = engine;
        Shape image = network.program().inputs().get(0).shape();
        images =
                PortableTraining.pixels(
                        NumberFiles.bytes(of.given("pixels.u8")), of.batch(), image);
        outputGradient = draw(of.batch() * network.program().outputs().get(0).shape().elements());
    }

    /** Zeros would be multiplied faster than numbers are: they take less power. */
    private static FloatBuffer draw(int count) {
        FloatBuffer values =
                ByteBuffer.allocateDirect(Float.BYTES * count)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            values.put(i, 0.001f * (float) random.nextGaussian());
        }
        return values;
    }

    void run(int passes, PrintWriter out) {
        engine.profile(run -> {});
        pass(WARM_UP);
        engine.profile(this::add);
        pass(passes);
        long all = kinds.values().stream().mapToLong(sum -> sum.nanos).sum();
        out.printf(
                Locale.ROOT,
                "%.2f ms a pass in %d tasks, timed one by one, mean of %d%n",
                all / 1e6 / passes,
                tasks.size(),
                passes);
        out.printf(ROW, "kind", "vertex", "ms", "share", "TFLOP/s", "code");
        print(kinds, passes, all, out);
        print(tasks, passes, all, out);
        out.flush();
    }

    private void pass(int times) {
        for (int i = 0; i < times; i++) {
            engine.forward(List.of(images), Pass.training(0));
            engine.backward(List.of(outputGradient), GradientListener.NONE);
        }
    }

    private void add(KernelRun run) {
        kinds.computeIfAbsent(new Title(run.kind(), ""), title -> new Sum()).add(run);
        tasks.computeIfAbsent(new Title(run.kind(), run.vertex()), title -> new Sum()).add(run);
    }

    private static void print(Map<Title, Sum> sums, int passes, long all, PrintWriter out) {
        sums.entrySet().stream()
                .sorted(Comparator.comparingLong(row -> -row.getValue().nanos))
                .limit(LONGEST)
                .forEach(row -> print(row.getKey(), row.getValue(), passes, all, out));
    }

    private static void print(Title title, Sum sum, int passes, long all, PrintWriter out) {
        out.printf(
                ROW,
                title.kind(),
                title.vertex(),
                String.format(Locale.ROOT, "%.3f", sum.nanos / 1e6 / passes),
                String.format(Locale.ROOT, "%.1f%%", 100.0 * sum.nanos / all),
                sum.flops == 0
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", sum.flops / 1e3 / sum.nanos),
                title.vertex().isEmpty() ? "" : String.join(", ", sum.code));
    }
}
