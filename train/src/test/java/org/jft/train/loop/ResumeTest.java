package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFolder;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: set/train, image: {size: 32}}
                    model: {architecture: resnet8s}
                    train:
                      global_batch: 32
                      micro_batch: 8
                      steps: 12
                      optimizer: {kind: sgd}
                      schedule: {kind: constant, learning_rate: 0.05}
                    """,
                    "test");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed=1",
                "train.micro_batch=16",
                "train.ema_decay=0.999",
                "train.optimizer.decay=0.8",
                "train.optimizer.head_weight_decay=0",
                "train.optimizer.trust_coefficient=0.01",
                "train.schedule.cooldown_share=0.1",
                "train.schedule.timescale=7",
                "model.norm=group",
                "model.weight_standardization=true",
                "model.preactivation=true",
                "model.sync_batch_norm=true",
                "engine.precision=bf16",
                "data.image.flip=false"
            })
    void shouldTellRunsApartByWhatDecidesTheNumbers(String override) {
        assertThat(same(override)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=other",
                "cluster.workers=2",
                "cluster.shard_classes=true",
                "engine.name=other",
                "engine.threads=3",
                "engine.affinity=cores",
                "data.loader.threads=2",
                "train.cadence.checkpoint_every=5",
                "eval.batch=8"
            })
    void shouldNotTellThemApartByHowTheyAreRun(String override) {
        assertThat(same(override)).isTrue();
    }

    /** With others in it, or in another order, finished runs of a sweep would be trained again. */
    @Test
    void shouldTellAConfigWithoutLaterKeysByTheKeysThereWereBefore() {
        ObjectNode tree = Resume.deciding(CONFIG);
        assertThat(tree.get("model").fieldNames())
                .toIterable()
                .containsExactly(
                        "architecture",
                        "classes",
                        "width",
                        "head_bias",
                        "zero_init_last_scale",
                        "init_from",
                        "freeze_up_to");
        assertThat(tree.at("/train/optimizer"))
                .hasToString(
                        "{\"kind\":\"SGD\",\"momentum\":0.9,\"decay\":0.9,\"epsilon\":1.0,"
                                + "\"weight_decay\":0.0}");
        assertThat(tree.at("/train/schedule").fieldNames())
                .toIterable()
                .containsExactly(
                        "kind",
                        "learning_rate",
                        "warmup_steps",
                        "warmup_share",
                        "decay",
                        "decay_steps");
    }

    @Test
    void shouldNotTellADefaultThatIsGivenFromOneThatIsNot() {
        assertThat(same("train.optimizer={kind: sgd, decay: 0.9, epsilon: 1}")).isTrue();
        assertThat(same("train.optimizer.trust_coefficient=0.001")).isTrue();
        assertThat(same("model.norm=batch")).isTrue();
    }

    @Test
    void shouldGiveRanksThatDoTheSameTheSameFingerprint() {
        RunConfig other = ConfigLoader.with(CONFIG, List.of("engine.threads=3"));
        assertThat(Resume.fingerprint(other)).isEqualTo(Resume.fingerprint(CONFIG));
    }

    @Test
    void shouldNotJoinRanksThatSumByNcclWithOthers() {
        RunConfig other = ConfigLoader.with(CONFIG, List.of("engine.nccl=true"));
        assertThat(Resume.sameRun(other, CONFIG)).isTrue();
        assertThat(Resume.fingerprint(other)).isNotEqualTo(Resume.fingerprint(CONFIG));
    }

    @Test
    void shouldNotJoinRanksThatDealClassesOutWithOthers() {
        RunConfig other = ConfigLoader.with(CONFIG, List.of("cluster.shard_classes=true"));
        assertThat(Resume.fingerprint(other)).isNotEqualTo(Resume.fingerprint(CONFIG));
    }

    @Test
    void shouldNotGoOnWithOtherWorkersWhereABatchNormIsOverAllOfThem(@TempDir Path folder) {
        RunConfig alone = ConfigLoader.with(CONFIG, List.of("model.sync_batch_norm=true"));
        RunConfig four = ConfigLoader.with(alone, List.of("cluster.workers=4"));
        Checkpoint.State state =
                new Checkpoint.State(1, 32, 0.5, 2, ConfigLoader.toJson(four), "data", null);
        CheckpointFolder checkpoints = new CheckpointFolder(folder, 1);
        FloatBuffer none = FloatBuffer.allocate(0);
        checkpoints.write(new Checkpoint(TrainerTest.network().graph(), none, none, state));

        assertThat(Resume.identity(four, "")).isNotEqualTo(Resume.identity(alone, ""));
        assertThatThrownBy(() -> Resume.load(alone, "data", checkpoints, 320, null))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("(cluster.workers was 4, now 1)");
    }

    private static boolean same(String override) {
        return Resume.sameRun(CONFIG, ConfigLoader.with(CONFIG, List.of(override)));
    }
}
