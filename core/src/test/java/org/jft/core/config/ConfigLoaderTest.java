package org.jft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    private static final String VALID =
            """
            name: small
            seed: 3
            data:
              train: sets/a/train
              subset: 10%
              image: {size: 32}
            model: {architecture: resnet14s}
            train:
              global_batch: 64
              epochs: 2.5
              optimizer: {kind: rmsprop, weight_decay: 1.0e-4}
              schedule: {kind: staircase, learning_rate: 1.0e-3, decay: 0.9, decay_steps: 3000000}
            """;

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void writeValid() throws IOException {
        file = write(VALID);
    }

    @Test
    void shouldFillInDefaultsAndKeepWhatIsGiven() {
        RunConfig config = ConfigLoader.load(file, List.of());
        assertThat(config.data().subset()).isEqualTo(Subset.parse("10%"));
        assertThat(config.data().image().flip()).isTrue();
        assertThat(config.train().microBatch()).isEqualTo(64);
        assertThat(config.train().optimizer().momentum()).isEqualTo(0.9);
        assertThat(config.engine().name()).isEqualTo("auto");
        assertThat(config.cluster().workers()).isEqualTo(1);
    }

    @Test
    void shouldReadBackWhatItRenders() {
        RunConfig config = ConfigLoader.load(file, List.of());
        assertThat(ConfigLoader.parse(ConfigLoader.toJson(config), "test")).isEqualTo(config);
    }

    @Test
    void shouldReadAGridAndRenderItBack() throws IOException {
        Path grid =
                write(
                        VALID
                                + """
                                eval:
                                  subsets: [3%, 2k]
                                  sweep:
                                    budget: [epochs, steps]
                                    init: [random, runs/other]
                                    variants:
                                      plain:
                                      long: {train.epochs: 5, data.image: {size: 16}}
                                """);
        RunConfig config = ConfigLoader.load(grid, List.of());
        SweepConfig sweep = config.eval().sweep();
        assertThat(config.eval().subsets()).containsExactly(Subset.parse("3%"), Subset.parse("2k"));
        assertThat(sweep.budget())
                .containsExactly(SweepConfig.Budget.EPOCHS, SweepConfig.Budget.STEPS);
        assertThat(sweep.architecture()).isEmpty();
        assertThat(sweep.overrides("plain")).isEmpty();
        assertThat(sweep.overrides("long"))
                .containsExactly("train.epochs=5", "data.image={\"size\":16}");
        RunConfig varied = ConfigLoader.with(config, sweep.overrides("long"));
        assertThat(varied.train().epochs()).isEqualTo(5);
        assertThat(varied.data().image().size()).isEqualTo(16);
        assertThat(ConfigLoader.parse(ConfigLoader.toJson(config), "test")).isEqualTo(config);
    }

    @Test
    void shouldNotLetAVariantSetWhatTheGridSets() {
        assertThatThrownBy(() -> loadWith("eval.sweep={variants: {a: {eval.seeds: [1]}}}"))
                .hasMessageContaining("eval.sweep.variants.a sets eval.seeds");
        assertThatThrownBy(
                        () ->
                                loadWith(
                                        "eval.sweep={init: [random], variants: {a:"
                                                + " {model.init_from: x}}}"))
                .hasMessageContaining("sets model.init_from, which is an axis of its own");
        assertThatThrownBy(() -> loadWith("eval.sweep={architecture: [resnet8s, resnet8s]}"))
                .hasMessageContaining("eval.sweep.architecture names a value twice");
        assertThatThrownBy(() -> loadWith("eval.target=1.5"))
                .hasMessageContaining("eval.target is a score in (0, 1): 1.5");
    }

    private RunConfig loadWith(String override) {
        return ConfigLoader.load(file, List.of(override));
    }

    @Test
    void shouldApplyOverridesOfEveryDepthInOrder() {
        RunConfig config =
                ConfigLoader.load(
                        file,
                        List.of(
                                "seed=9",
                                "train.optimizer.momentum=0.5",
                                "cluster.workers=2",
                                "train.micro_batch=32",
                                "train.epochs=",
                                "train.steps=7",
                                "train.steps=8"));
        assertThat(config.seed()).isEqualTo(9);
        assertThat(config.train().optimizer().momentum()).isEqualTo(0.5);
        assertThat(config.cluster().workers()).isEqualTo(2);
        assertThat(config.train().steps()).isEqualTo(8);
    }

    @Test
    void shouldTakeLabelNoiseFromTheCommandLine() {
        RunConfig config = ConfigLoader.load(file, List.of("data.labels.noise.precision=0.8"));
        LabelNoiseConfig noise = config.data().labels().noise();
        assertThat(noise.keptShare()).isEqualTo(0.8);
        assertThat(noise.wrongShare()).isEqualTo(1 - 0.8);
        assertThat(noise.enabled()).isTrue();
        config = ConfigLoader.with(config, List.of("data.labels.noise.precision=0.6"));
        assertThat(config.data().labels().noise().keptShare()).isEqualTo(0.6);
        config = ConfigLoader.with(config, List.of("data.labels.noise={recall: 0.6}"));
        assertThat(config.data().labels().noise())
                .isEqualTo(new LabelNoiseConfig(1.0, 0.6, LabelNoiseConfig.Kind.SIBLING, null, 0));
        assertThat(ConfigLoader.load(file, List.of()).data().labels().noise().enabled()).isFalse();
    }

    @Test
    void shouldRefuseLabelsThatNoObjectiveCanUse() throws IOException {
        assertRefusedWith("data.labels.noise.precision=0", "noise.precision must be above 0");
        assertRefusedWith(
                "data.labels.noise={precision: 0.4, recall: 1}",
                "precision=0.4 must be at least 0.5");
        file = write(VALID.replace("epochs: 2.5", "epochs: 2.5\n  objective: softmax"));
        assertRefusedWith("data.labels.doubtful=ignore", "needs train.objective=sigmoid");
        assertRefusedWith(
                "data.labels.noise={precision: 0.6, recall: 1}",
                "recall must be at most precision");
        assertThat(ConfigLoader.load(file, List.of("data.labels.noise.precision=0.6"))).isNotNull();
    }

    @Test
    void shouldTakeNoiseAndObjectivesAsAxesOfAGrid() {
        RunConfig config =
                loadWith(
                        "eval.sweep={noise: {clean: {}, wrong: {precision: 0.6, recall: 1}},"
                                + " objective: {plain: sigmoid, soft: {name: soft_bootstrap}}}");
        SweepConfig sweep = config.eval().sweep();
        assertThat(sweep.noise().get("clean").enabled()).isFalse();
        assertThat(sweep.noise().get("wrong").wrongShare()).isEqualTo(0.4 / 0.6);
        assertThat(sweep.objective().keySet()).containsExactly("plain", "soft");
        String soft = ConfigLoader.inline(sweep.objective().get("soft"));
        assertThat(
                        ConfigLoader.with(config, List.of("train.objective=" + soft))
                                .train()
                                .objective())
                .isEqualTo(sweep.objective().get("soft"));
        assertRefusedWith(
                "eval.sweep={noise: {wrong: {precison: 0.6}}}",
                "'eval.sweep.noise.wrong.precision'");
        assertRefusedWith(
                "eval.sweep={objective: {soft: {name: soft_bootstrap, beat: 0.6}}}",
                "'eval.sweep.objective.soft.beta'");
        assertRefusedWith("eval.sweep={noise: {clean: }}", "eval.sweep.noise.clean has no value");
        assertRefusedWith(
                "eval.sweep={noise: {clean: {}}, variants: {a: {data.labels.noise.precision:"
                        + " 0.9}}}",
                "which is an axis of its own");
    }

    private void assertRefusedWith(String override, String rule) {
        assertThatThrownBy(() -> ConfigLoader.load(file, List.of(override)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void shouldNameTheNearestKeyWhenOneIsUnknown() throws IOException {
        assertRefused(VALID.replace("epochs:", "epoch:"), "train.epoch'", "'train.epochs'");
        assertRefused(VALID.replace("name:", "nmae:"), "'nmae'", "'name'");
        Path valid = write(VALID);
        assertThatThrownBy(() -> ConfigLoader.load(valid, List.of("data.image.sise=3")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("data.image.sise")
                .hasMessageContaining("data.image.size");
    }

    @Test
    void shouldRefuseToSynchroniseBatchNormsOfWorkersThatCannot() throws IOException {
        String synced =
                VALID.replace("epochs: 2.5", "epochs: 2.5\n  micro_batch: 8")
                        .replace("14s}", "14s, sync_batch_norm: true}");
        assertRefused(
                synced + "cluster: {elastic: {max_workers: 2}}\n",
                "model.sync_batch_norm=true joins the workers in each pass");
        String onGpu = synced + "engine: {name: cuda}\n";
        assertRefused(
                onGpu + "cluster: {workers: 2}\n",
                "model.sync_batch_norm=true needs engine.name=onednn, not cuda");
        assertThat(ConfigLoader.parse(onGpu, "test").cluster().workers()).isEqualTo(1);
    }

    @Test
    void shouldRefusePartsOfANetworkThatExcludeEachOther() throws IOException {
        assertRefused(
                VALID.replace("14s}", "14s, preactivation: true, zero_init_last_scale: true}"),
                "model.zero_init_last_scale is of a norm at the end of a block");
        assertRefused(
                VALID.replace("14s}", "14s, norm: group, sync_batch_norm: true}"),
                "model.sync_batch_norm=true is of batch norms");
    }

    @Test
    void shouldGiveEachUpdateRuleItsOwnDefaults() {
        RunConfig base = loadWith("train.optimizer={kind: rmsprop}");
        OptimizerConfig rmsProp = base.train().optimizer().resolved();
        assertThat(List.of(rmsProp.decay(), rmsProp.epsilon())).containsExactly(0.9, 1.0);
        RunConfig overridden = ConfigLoader.with(base, List.of("train.optimizer.kind=lamb"));
        for (RunConfig config : List.of(loadWith("train.optimizer={kind: lamb}"), overridden)) {
            OptimizerConfig lamb = config.train().optimizer().resolved();
            assertThat(List.of(lamb.decay(), lamb.epsilon())).containsExactly(0.999, 1e-6);
            assertThat(lamb.headWeightDecay()).isNull();
        }
    }

    @Test
    void shouldSayInOneSentenceWhichValueIsWrong() throws IOException {
        assertRefused(VALID.replace("10%", "10.0"), "percentage", "'10.0'");
        assertRefused(VALID.replace("10%", "0%"), "above 0%");
        assertRefused(VALID.replace("size: 32", "size: big"), "data.image.size", "big");
        assertRefused(
                VALID.replace("size: 32", "size: 32, rand_augment: {operations: 2, magnitude: 31}"),
                "data.image.rand_augment.magnitude must be in 0..30: 31.0");
        assertRefused(
                VALID.replace("size: 32", "size: 32, rand_augment: {operations: -1}"),
                "data.image.rand_augment.operations must be in 0..14: -1");
        assertRefused(
                VALID.replace("size: 32", "size: 32, color_jitter: {hue: 0.6}"),
                "data.image.color_jitter.hue must be in 0..0.5: 0.6");
        assertRefused(
                VALID.replace("size: 32", "size: 32, color_jitter: {contrast: -1}"),
                "data.image.color_jitter.contrast must be in 0..10: -1.0");
        assertRefused(VALID.replace("rmsprop", "adamw"), "train.optimizer.kind", "adamw");
        assertRefused(VALID.replace("global_batch: 64", "global_batch: 0"), "train.global_batch");
        assertRefused(VALID.replace("epochs: 2.5", "epochs: 2.5\n  steps: 3"), "exactly one");
        assertRefused(VALID.replace(", decay_steps: 3000000", ""), "decay_steps");
        for (String key : List.of("metrics_every", "checkpoint_every", "keep_checkpoints")) {
            assertRefused(VALID + "  cadence: {%s: 0}\n".formatted(key), key + " must be positive");
        }
        assertRefused(VALID + "  ema_decay: 1.0\n", "train.ema_decay must be in [0, 1)");
        String mixed = VALID.replace("image:", "mix: {mixup_alpha: 0.2}\n  image:");
        assertRefused(
                mixed.replace("epochs: 2.5", "epochs: 2.5\n  micro_batch: 1"),
                "data.mix needs two images in a micro batch: train.micro_batch=1");
        assertRefused(
                mixed.replace("0.2", "-0.2"),
                "data.mix.mixup_alpha must be 0 (off) or in 0.01..100: -0.2");
        assertRefused(VALID + "eval: {crops: 5}\n", "eval.crops must be 1 or 10: 5");
        assertRefused(
                VALID + "eval: {crops: 10}\n",
                "eval.crops=10 need room to be cut from: data.image.resize=32 must be above"
                        + " data.image.size=32");
        assertRefused("seed: [1\n", "not valid YAML");
        assertRefused("- 1\n", "mapping of keys");
        assertRefused("name: x\n", "data is required");
    }

    @Test
    void shouldRefuseWorkersThatDoNotGoTogether() throws IOException {
        assertRefused(VALID + "cluster: {workers: 3}\n", "not a multiple", "cluster.workers=3");
        assertRefused(VALID + "cluster: {workers: 0}\n", "cluster.workers must be positive: 0");
        assertRefused(VALID + "cluster: {timeout_seconds: 0}\n", "cluster.timeout_seconds");
        assertRefused(
                VALID + "cluster: {workers: 2, elastic: {min_workers: 3}}\n",
                "1 <= cluster.elastic.min_workers <= cluster.workers",
                "3, 2, 2");
        assertRefused(
                VALID + "cluster: {elastic: {max_workers: 65}}\n",
                "cluster.elastic.max_workers=65 would leave workers idle");
        String several = VALID.replace("epochs: 2.5", "epochs: 2.5\n  micro_batch: 8");
        assertRefused(
                several
                        + "cluster: {workers: 3, elastic: {min_workers: 1, on_change:"
                        + " scale_rate}}\n",
                "is not a multiple of train.micro_batch=8 times cluster.workers=3");
        assertRefused(
                VALID + "cluster: {elastic: {lost_after_ms: 999}}\n",
                "cluster.elastic.lost_after_ms must be at least 1000");
        assertRefused(
                several + "engine: {nccl: true}\ncluster: {elastic: {max_workers: 2}}\n",
                "engine.nccl=true joins devices for the whole run");
        assertRefused(
                several + "cluster: {shard_classes: true, elastic: {max_workers: 2}}\n",
                "cluster.shard_classes=true leaves each worker with classes that no other has");
        assertRefused(
                VALID + "cluster: {mtu: 1500}\n", "cluster.mtu must be 0 or a multiple of 32");
        assertRefused(VALID + "cluster: {streams: 17}\n", "cluster.streams must be in 1..16: 17");
        assertRefused(
                VALID + "cluster: {transport: ipc, streams: 2}\n",
                "cluster.streams=2: cluster.transport=ipc is memory that neighbours share");
        assertRefused(VALID + "cluster: {transport: pigeon}\n", "cluster.transport", "pigeon");
    }

    @Test
    void shouldLookInTheWorkingFolderThenInConfigs() throws IOException {
        assertThat(ConfigLoader.locate(file.toString(), folder)).isEqualTo(file);
        assertThat(ConfigLoader.locate("run.yaml", folder)).isEqualTo(file);
        assertThatThrownBy(() -> ConfigLoader.locate("none.yaml", folder))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("none.yaml")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void shouldReadASubsetByCountWithAndWithoutAUnit() throws IOException {
        for (String subset : List.of("30M", "1234", "'1234'", "12.5%")) {
            RunConfig config = ConfigLoader.load(write(VALID.replace("10%", subset)), List.of());
            assertThat(config.data().subset()).isEqualTo(Subset.parse(subset.replace("'", "")));
            assertThat(ConfigLoader.parse(ConfigLoader.toJson(config), "test")).isEqualTo(config);
            assertThat(ConfigLoader.parse(ConfigLoader.toYaml(config), "test")).isEqualTo(config);
        }
    }

    @Test
    void shouldReadHowObjectStoresAreRead() throws IOException {
        String store = "{cache: /nvme/jft, cache_size: 100GB, chunk: 4MiB, requests: 16}";
        RunConfig config = load(store);
        assertThat(config.data().store())
                .isEqualTo(
                        new StoreConfig(
                                "/nvme/jft",
                                new ByteSize(100_000_000_000L),
                                null,
                                new ByteSize(4 << 20),
                                16));
        assertThat(ConfigLoader.parse(ConfigLoader.toYaml(config), "test")).isEqualTo(config);
        assertThat(load("{}").data().store()).isEqualTo(StoreConfig.defaults());

        Map<String, String> wrong =
                Map.of(
                        "{cache_size: 10MB}", "must hold two chunks of 8MiB: 10000000",
                        "{chunk: 1GB}",
                                "data.store.chunk must be between 64KiB and 64MiB: 1000000000",
                        "{endpoint: minio}", "must begin with http:// or https://: minio",
                        "{requests: -1}", "data.store.requests must be positive: -1",
                        "{cach: x}", "unknown key 'data.store.cach'; the nearest valid key is");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            assertThatThrownBy(() -> load(each.getKey()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(each.getValue());
        }
    }

    private RunConfig load(String store) throws IOException {
        return ConfigLoader.load(
                write(VALID.replace("data:\n", "data:\n  store: " + store + "\n")), List.of());
    }

    private void assertRefused(String yaml, String... parts) throws IOException {
        Path wrong = write(yaml);
        assertThatThrownBy(() -> ConfigLoader.load(wrong, List.of()))
                .as(yaml)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("run.yaml")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("run.yaml"), yaml);
    }
}
