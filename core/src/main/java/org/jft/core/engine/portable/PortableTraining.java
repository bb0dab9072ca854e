package org.jft.core.engine.portable;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.config.ObjectiveConfig;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.ScheduleConfig;
import org.jft.core.config.TrainConfig;
import org.jft.core.engine.DeviceStep;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.program.Shape;
import org.jft.core.failure.ConfigException;

/**
 * Training steps on the device: SGD with momentum 0.9 and weight decay 1e-4 on softmax
 * cross-entropy. Files of a {@link PortableCase}, B batches after one another that are taken in
 * turn:
 *
 * <pre>
 *   parameters.f32    read
 *   pixels.u8         read; uint8 [B, N, H, W, 3], scaled to -1..1
 *   labels.i32        read; int32 [B, N], one class an image
 *   steps.json        written; {"losses": [...], "milliseconds": [...]}, one of each a step
 * </pre>
 *
 * <p>A step's time is from one loss on the host to the next, the next batch's way to the device
 * included.
 */
final class PortableTraining {
    private static final List<Float> HALF_RANGES = Collections.nCopies(3, 127.5f);
    private static final OptimizerConfig UPDATE =
            new OptimizerConfig(OptimizerConfig.Kind.SGD, 0.9, null, null, 1e-4, null, null);

    /** What was measured, step by step. */
    record Steps(List<Double> losses, List<Double> milliseconds) {}

    private final Engine engine;
    private final PortableCase of;
    private final Shape image;
    private final List<EngineInput> batches = new ArrayList<>();
    private final List<DeviceStep.Labels> labels = new ArrayList<>();

    PortableTraining(Engine engine, PortableNetwork network, PortableCase of) throws IOException {
        this.engine = engine;
        this.of = of;
        image = network.program().inputs().get(0).shape();
        ByteBuffer pixels = NumberFiles.bytes(of.given("pixels.u8"));
        ByteBuffer classes = NumberFiles.bytes(of.given("labels.i32"));
        int bytes = Math.multiplyExact(of.batch(), image.elements());
        int count = pixels.remaining() / bytes;
        if (count == 0
                || count * bytes != pixels.remaining()
                || count * of.batch() * Integer.BYTES != classes.remaining()) {
            throw new ConfigException(
                    "%s holds %s bytes of pixels and %s of labels, not whole batches of %s x %s"
                            .formatted(
                                    of.folder(),
                                    pixels.remaining(),
                                    classes.remaining(),
                                    of.batch(),
                                    image));
        }
        for (int i = 0; i < count; i++) {
            batches.add(pixels(pixels.slice(i * bytes, bytes), of.batch(), image));
            int[] ids = new int[of.batch()];
            classes.asIntBuffer().get(i * of.batch(), ids);
            labels.add(labels(ids));
        }
    }

    void run(int steps, double learningRate) throws IOException {
        FloatBuffer momentum =
                ByteBuffer.allocateDirect(Float.BYTES * engine.layout().length())
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
        DeviceStep device =
                engine.deviceStep(config(steps, learningRate), momentum)
                        .orElseThrow(
                                () -> new ConfigException(of.network() + " has no device step"));
        Steps measured = new Steps(new ArrayList<>(), new ArrayList<>());
        device.send(batches.get(0), labels.get(0), 0);
        long start = System.nanoTime();
        for (int step = 0; step < steps; step++) {
            device.step(new DeviceStep.Numbers(step, 1, learningRate, 0, 0));
            int next = (step + 1) % batches.size();
            if (step + 1 < steps) {
                device.send(batches.get(next), labels.get(next), (step + 1L) * of.batch());
            }
            double loss = device.loss();
            measured.losses().add(device.finite() ? loss : Double.NaN);
            long now = System.nanoTime();
            measured.milliseconds().add((now - start) / 1e6);
            start = now;
        }
        new ObjectMapper().writeValue(of.result("steps.json").toFile(), measured);
    }

    private TrainConfig config(long steps, double learningRate) {
        return new TrainConfig(
                of.batch(),
                of.batch(),
                null,
                steps,
                ObjectiveConfig.plain(TrainConfig.Objective.SOFTMAX),
                UPDATE,
                new ScheduleConfig(
                        ScheduleConfig.Kind.CONSTANT, learningRate, 0, 0, null, null, null, 0),
                /* clipNorm= */ 0,
                /* emaDecay= */ 0,
                null);
    }

    /** Returns images that are scaled to -1..1. */
    static EngineInput pixels(ByteBuffer nhwc, int rows, Shape image) {
        return new EngineInput.Pixels(
                nhwc, rows, image.height(), image.width(), HALF_RANGES, HALF_RANGES);
    }

    private static DeviceStep.Labels labels(int[] ids) {
        float[] sure = new float[ids.length];
        Arrays.fill(sure, 1);
        return new DeviceStep.Labels(IntStream.rangeClosed(0, ids.length).toArray(), ids, sure);
    }
}
