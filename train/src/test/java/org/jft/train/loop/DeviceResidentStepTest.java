package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.launch.Team;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.LossScale;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.cuda.EmulatedCuda;
import org.jft.core.model.Architectures;
import org.jft.core.topology.Topology;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps on an (emulated) device against the same steps on the host, over the same engine. */
class DeviceResidentStepTest {
    private static final int SIDE = 16;
    private static final int CLASSES = 3;
    private static final long STEPS = 2; // more, and rounding takes them apart

    @TempDir private Path folder;
    private final long seed = System.nanoTime();

    private record Trained(float[] parameters, float[] state, double loss) {}

    @ParameterizedTest
    @CsvSource({
        "8, sgd, softmax, 0, 0", // a step is one graph
        "8, rmsprop, sigmoid, 0.5, 0.9",
        "8, sgd, sigmoid, 0.1, 0.5",
        "2, sgd, softmax, 0.1, 0.9", // four micro batches
        "4, rmsprop, sigmoid, 0, 0",
        "8, lars, softmax, 0.1, 0.9",
        "2, lars, sigmoid, 0, 0",
        "8, lamb, sigmoid, 0, 0.9",
        "4, lamb, softmax, 0.1, 0",
    })
    void shouldDoOnTheDeviceWhatTheHostDoes(
            int microBatch, String rule, String objective, double clip, double ema) {
        RunConfig config = config(microBatch, rule, objective, clip, ema);
        Trained device = train(config, Collective.solo(), true, Precision.FP32);
        Trained host = train(config, Collective.solo(), false, Precision.FP32);
        assertAlike(device, host, 2e-4);
    }

    @Test
    void shouldTrainTheNetworkOfBitOnTheDeviceAsOnTheHost() {
        RunConfig config =
                ConfigLoader.with(
                        config(4, "lamb", "sigmoid", 0, 0.9),
                        List.of(
                                "model.norm=group",
                                "model.weight_standardization=true",
                                "model.preactivation=true"));
        Trained device = train(config, Collective.solo(), true, Precision.FP32);
        Trained host = train(config, Collective.solo(), false, Precision.FP32);
        assertAlike(device, host, 2e-4);
    }

    /** By far more than device and host may differ by. */
    @Test
    void shouldDecayTheHeadByItself() {
        RunConfig own = config(8, "sgd", "softmax", 0, 0);
        RunConfig same = ConfigLoader.with(own, List.of("train.optimizer.head_weight_decay=0.001"));
        Trained device = train(own, Collective.solo(), true, Precision.FP32);
        Trained without = train(same, Collective.solo(), true, Precision.FP32);
        assertThat(distance(device.state(), without.state())).isGreaterThan(1e-2);
    }

    @Test
    void shouldLeaveDoubtfulLabelsOutOfTheLossAsTheHostDoes() {
        RunConfig asNegatives = config(4, "sgd", "sigmoid", 0, 0);
        asNegatives = ConfigLoader.with(asNegatives, List.of("data.labels.min_confidence=0.5"));
        RunConfig ignored = ConfigLoader.with(asNegatives, List.of("data.labels.doubtful=ignore"));
        Trained device = train(ignored, Collective.solo(), true, Precision.FP32);
        Trained host = train(ignored, Collective.solo(), false, Precision.FP32);
        assertAlike(device, host, 2e-4);
        Trained negative = train(asNegatives, Collective.solo(), false, Precision.FP32);
        assertThat(distance(negative.parameters(), host.parameters())).isGreaterThan(2e-4);
        assertThat(negative.loss()).isGreaterThan(host.loss());
    }

    @ParameterizedTest
    @CsvSource({"4", "2"}) // one and two micro batches a worker
    void shouldSumOverWorkersAsTheHostDoes(int microBatch) {
        RunConfig config = config(microBatch, "sgd", "softmax", 0, 0.9);
        Trained device = train(config, new Twin(), true, Precision.FP32);
        Trained host = train(config, new Twin(), false, Precision.FP32);
        assertAlike(device, host, 2e-4);
    }

    /** With one and with two micro batches a worker; workers are threads, NCCL is emulated. */
    @ParameterizedTest
    @CsvSource({"4", "2"})
    void shouldSumFromDeviceToDeviceAsOverTheHosts(int microBatch) {
        RunConfig config = config(microBatch, "sgd", "softmax", 0.1, 0.9);
        List<Trained> overHosts = trainBoth(config);
        List<Trained> grouped = trainBoth(withNccl(config));
        for (List<Trained> both : List.of(overHosts, grouped)) {
            assertThat(both.get(0).parameters()).isEqualTo(both.get(1).parameters());
            assertThat(both.get(0).loss()).isEqualTo(both.get(1).loss());
        }
        assertAlike(grouped.get(0), overHosts.get(0), 1e-6);
    }

    private static RunConfig withNccl(RunConfig config) {
        return config.withEngine(
                new EngineConfig("cuda", Precision.FP32, 1, null, false, 0, /* nccl= */ true));
    }

    private List<Trained> trainBoth(RunConfig config) {
        InMemoryNetwork network = new InMemoryNetwork(1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<CompletableFuture<Trained>> both =
                IntStream.range(0, 2)
                        .mapToObj(
                                rank ->
                                        CompletableFuture.supplyAsync(
                                                () -> trainAs(rank, config, network), threads))
                        .toList();
        List<Trained> ends = both.stream().map(CompletableFuture::join).toList();
        threads.shutdown();
        return ends;
    }

    private Trained trainAs(int rank, RunConfig config, InMemoryNetwork network) {
        try (Collective collective =
                Collective.ring(
                        network.transport(rank),
                        new Topology(rank, 2),
                        JobToken.of("device step"),
                        Duration.ofSeconds(60))) {
            return train(config, collective, true, Precision.FP32);
        }
    }

    @Test
    void shouldTrainInFp16UnderALossScale() {
        RunConfig config = config(8, "sgd", "softmax", 0, 0);
        Trained fp16 = train(config, Collective.solo(), true, Precision.FP16);
        Trained fp32 = train(config, Collective.solo(), true, Precision.FP32);
        assertThat(fp16.loss()).isFinite();
        assertThat(fp16.parameters()).isNotEqualTo(start(config));
        assertThat(distance(fp16.parameters(), fp32.parameters())).isLessThan(0.1);
    }

    /** A new run's scale would be another. */
    @Test
    void shouldGoOnWithTheLossScaleOfARunThatWasStopped() {
        RunConfig config = config(8, "sgd", "softmax", 0, 0);
        LossScale scale = new LossScale(0x1p-10f, 5);
        LossScale[] end = new LossScale[1];
        train(
                config,
                Collective.solo(),
                true,
                Precision.FP16,
                (parameters, optimizer) -> optimizer.keep(scale),
                optimizer -> end[0] = optimizer.lossScale().orElseThrow());
        assertThat(end[0]).isEqualTo(new LossScale(0x1p-10f, 5 + (int) STEPS));
    }

    @Test
    void shouldStopWhereALossIsNoNumber() {
        RunConfig config = config(8, "sgd", "softmax", 0, 0);
        assertThatThrownBy(
                        () ->
                                train(
                                        config,
                                        Collective.solo(),
                                        true,
                                        Precision.FP32,
                                        (parameters, optimizer) -> parameters.put(0, Float.NaN),
                                        optimizer -> {}))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("step 1");
    }

    private void assertAlike(Trained device, Trained host, double bound) {
        String as = "seed=%s".formatted(seed);
        assertThat(distance(device.parameters(), host.parameters())).as(as).isLessThan(bound);
        assertThat(distance(device.state(), host.state())).as(as).isLessThan(10 * bound);
        assertThat(Math.abs(device.loss() - host.loss())).as(as).isLessThan(1e-3);
    }

    private static double distance(float[] left, float[] right) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < left.length; i++) {
            difference += Math.pow(left[i] - right[i], 2);
            norm += Math.pow(right[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    private static RunConfig config(
            int microBatch, String rule, String objective, double clip, double ema) {
        return ConfigLoader.parse(
                """
                data: {train: nowhere, image: {size: 16}, loader: {window_blocks: 2}}
                model: {architecture: resnet8s, width: 8}
                train:
                  global_batch: 8
                  micro_batch: %d
                  steps: 2
                  clip_norm: %s
                  ema_decay: %s
                  objective: %s
                  optimizer: {kind: %s, weight_decay: 0.001, head_weight_decay: 5, trust_coefficient: 0.5}
                  schedule: {kind: constant, learning_rate: 0.01}
                """
                        .formatted(microBatch, clip, ema, objective, rule),
                "test");
    }

    private float[] start(RunConfig config) {
        EngineConfig options = new EngineConfig("cuda", Precision.FP32, 1, null, false);
        try (Engine engine = new EmulatedCuda(false).compile(network(config), 1, options)) {
            return array(engine.parameters());
        }
    }

    private Trained train(
            RunConfig config, Collective collective, boolean resident, Precision precision) {
        return train(
                config,
                collective,
                resident,
                precision,
                (parameters, optimizer) -> {},
                optimizer -> {});
    }

    private Trained train(
            RunConfig config,
            Collective collective,
            boolean resident,
            Precision precision,
            BiConsumer<FloatBuffer, Optimizer> before,
            Consumer<Optimizer> after) {
        EngineConfig options = new EngineConfig("cuda", precision, 1, null, false);
        NoiseStore store = NoiseStore.of(24, SIDE, CLASSES, new Random(seed));
        boolean fused = precision != Precision.FP32;
        try (Engine engine =
                        new EmulatedCuda(fused)
                                .compile(network(config), config.train().microBatch(), options);
                Blocks blocks = new Blocks(1);
                GradientExchange exchange = new GradientExchange()) {
            Optimizer optimizer =
                    new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks);
            before.accept(engine.parameters(), optimizer);
            Engine used = resident ? engine : withoutDevice(engine);
            TrainedModel model = new ReplicatedModel(config, CLASSES, used, optimizer, blocks);
            RunState state = new RunState(model, Optional::empty, System.nanoTime());
            Trainer trainer =
                    new Trainer(config, model, state, STEPS, Team.fixed(collective), exchange);
            trainer.run(
                    new StoreBatches(store, config, CLASSES, folder),
                    (done, loss, rate, clock, guard) -> {});
            after.accept(optimizer);
            return new Trained(array(engine.parameters()), array(optimizer.state()), state.loss());
        }
    }

    private static float[] array(FloatBuffer values) {
        float[] array = new float[values.remaining()];
        values.get(values.position(), array);
        return array;
    }

    private static NetworkSpec network(RunConfig config) {
        return NetworkSpec.ofImages(Architectures.create(config.model(), CLASSES, SIDE, 1), SIDE);
    }

    /** The same engine, which offers no device step. */
    private static Engine withoutDevice(Engine engine) {
        return (Engine)
                Proxy.newProxyInstance(
                        Engine.class.getClassLoader(),
                        new Class<?>[] {Engine.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("deviceStep")) {
                                return Optional.empty();
                            }
                            try {
                                return method.invoke(engine, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    /** Rank 0 of two that do the same. */
    private static final class Twin extends StandInCollective {
        @Override
        public void allReduce(FloatBuffer source, FloatBuffer sum) {
            for (int i = 0; i < source.remaining(); i++) {
                sum.put(sum.position() + i, 2 * source.get(source.position() + i));
            }
        }

        @Override
        public void broadcast(FloatBuffer vector, int root) {}

        @Override
        public long[] allGather(long value) {
            return List.of(value, value).stream().mapToLong(Long::longValue).toArray();
        }

        @Override
        public void barrier() {}
    }
}
