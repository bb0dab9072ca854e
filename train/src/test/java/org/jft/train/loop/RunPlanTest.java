package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.train.sharding.HeadTraffic;
import org.junit.jupiter.api.Test;

class RunPlanTest {
    /** oneDNN takes working memory for each thread, and workers share the cores. */
    @Test
    void shouldCountTheMemoryOfAWorkerWithItsShareOfTheCores() {
        int cores = Runtime.getRuntime().availableProcessors();
        assumeThat(cores).isGreaterThan(1);
        RunConfig config =
                ConfigLoader.parse(
                        """
                        data: {train: nowhere, image: {size: 32}}
                        model: {architecture: resnet8s, classes: 10}
                        engine: {name: onednn, precision: fp32}
                        train:
                          global_batch: %s
                          micro_batch: 64
                          steps: 1
                          optimizer: {kind: sgd}
                          schedule: {kind: constant, learning_rate: 0.05}
                        cluster: {workers: %s}
                        """
                                .formatted(64 * cores, cores),
                        "test");
        assertThat(RunPlan.of(config).memory().engine())
                .isEqualTo(engineBytes(config, 1))
                .isNotEqualTo(engineBytes(config, cores));
    }

    @Test
    void shouldLetWorkersShareTheCpuAndHaveAGpuEach() {
        int cores = Runtime.getRuntime().availableProcessors();
        EngineConfig ofOne = EngineConfig.defaults().withThreads(1);

        assertThat(RunPlan.flopsPerSecond(new PerThread(false), ofOne, cores)).isEqualTo(cores);
        assertThat(RunPlan.flopsPerSecond(new PerThread(false), ofOne, 7 * cores)).isEqualTo(cores);
        assertThat(RunPlan.flopsPerSecond(new PerThread(true), ofOne, 7 * cores))
                .isEqualTo(7.0 * cores);
    }

    @Test
    void shouldPlanForClassesThatAreDealtOut() {
        RunConfig dense =
                ConfigLoader.parse(
                        """
                        data: {train: nowhere, image: {size: 16}}
                        model: {architecture: resnet8s, classes: 20000}
                        engine: {name: onednn, precision: fp32}
                        train:
                          global_batch: 64
                          micro_batch: 16
                          steps: 1
                          optimizer: {kind: sgd}
                          schedule: {kind: constant, learning_rate: 0.05}
                        cluster: {workers: 4}
                        """,
                        "test");
        RunPlan whole = RunPlan.of(dense);
        RunPlan sharded =
                RunPlan.of(ConfigLoader.with(dense, List.of("cluster.shard_classes=true")));
        long head = 65 * 20_000;
        HeadTraffic traffic = sharded.exchange().orElseThrow();
        assertThat(traffic.head()).isEqualTo(head);
        assertThat(traffic.trunk() + head).isEqualTo(sharded.model().totalParameters());
        assertThat(traffic).isEqualTo(whole.exchange().orElseThrow());
        // Of parameters and gradients three quarters are elsewhere, for more rows of the rest.
        assertThat(whole.memory().engine() - sharded.memory().engine())
                .isGreaterThan(2 * 4 * head * 7 / 10);
    }

    /** A backend whose speed is its number of threads. */
    private record PerThread(boolean ownsDevice) implements EngineFactory {
        @Override
        public String name() {
            return "fake";
        }

        @Override
        public double matrixMultiplyFlops(EngineConfig config) {
            return config.threads();
        }

        @Override
        public Engine compile(NetworkSpec network, int batchSize, EngineConfig config) {
            throw new AssertionError("a plan compiles nothing");
        }

        @Override
        public long memoryBytes(NetworkSpec network, int batchSize, EngineConfig config) {
            throw new AssertionError("speed is all that is asked");
        }
    }

    private static long engineBytes(RunConfig config, int threads) {
        return Engines.named("onednn")
                .memoryBytes(Worker.network(config, 10), 64, config.engine().withThreads(threads));
    }
}
