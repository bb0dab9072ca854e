package org.jft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.config.ObjectiveConfig.Confidence;
import org.jft.core.config.ObjectiveConfig.Name;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectiveConfigTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void writeConfig() throws IOException {
        file = folder.resolve("run.yaml");
        Files.writeString(
                file,
                """
                data: {train: set, image: {size: 32}}
                model: {architecture: resnet8s}
                train:
                  global_batch: 32
                  steps: 10
                  optimizer: {kind: sgd}
                  schedule: {kind: constant, learning_rate: 0.1}
                """);
    }

    @Test
    void shouldTakeANameAloneOrWithNumbers() {
        assertThat(load("softmax")).isEqualTo(ObjectiveConfig.plain(TrainConfig.Objective.SOFTMAX));
        assertThat(load("{name: sigmoid}")).isEqualTo(load(""));
        ObjectiveConfig smooth = load("{name: label_smoothing, prior: 0.01, confidence: ignore}");
        assertThat(smooth.name()).isEqualTo(Name.LABEL_SMOOTHING);
        assertThat(smooth.epsilon()).isEqualTo(0.1);
        assertThat(smooth.prior()).isEqualTo(0.01);
        assertThat(smooth.confidence()).isEqualTo(Confidence.IGNORE);
        assertThat(smooth.isPlain()).isFalse();
        assertThat(load("hard_bootstrap").beta()).isEqualTo(0.8);
        assertThat(load("soft_bootstrap").beta()).isEqualTo(0.95);
        assertThat(load("{name: loss_truncation, drop_positives: 0.3}").dropNegatives()).isZero();
    }

    /** What a run writes down is what it is resumed by. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sigmoid",
                "{name: sigmoid, confidence: weight}",
                "{name: loss_truncation, drop_positives: 0.3, warmup: 0.1}",
                "{name: small_loss, drop_images: 0.4}",
                "{name: soft_bootstrap, beta: 0.9}",
            })
    void shouldBeReadBackAsItWasWritten(String objective) {
        RunConfig config = ConfigLoader.load(file, List.of("train.objective=" + objective));
        assertThat(ConfigLoader.parse(ConfigLoader.toJson(config), "json")).isEqualTo(config);
        assertThat(ConfigLoader.with(config, List.of("seed=0"))).isEqualTo(config);
    }

    @Test
    void shouldKeepTheNameThatPlainObjectivesAlwaysHad() {
        RunConfig config = ConfigLoader.load(file, List.of());
        assertThat(ConfigLoader.toTree(config).at("/train/objective").asText())
                .isEqualTo("SIGMOID");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smoothing | nothing is called 'smoothing'; the nearest is '",
                "{name: label_smothing} | the nearest is 'label_smoothing'",
                "{name: label_smoothing, beta: 0.1} | train.objective.beta is not for",
                "{name: label_smoothing, epsilom: 0.1} | 'train.objective.epsilon'",
                "{name: sigmoid, epsilon: 0.1} | which takes no numbers",
                "{name: soft_bootstrap, beta: 1.5} | train.objective.beta must be in [0, 1]: 1.5",
                "{epsilon: 0.1} | train.objective.name is required",
                "{name: softmax, confidence: weight} | train.objective.confidence=WEIGHT needs",
                "loss_truncation | give drop_positives or drop_negatives",
                "{name: small_loss, drop_images: 1} | leaves no image",
            })
    void shouldNameTheKeyThatIsWrong(String objective, String rule) {
        assertThatThrownBy(() -> load(objective))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        String weighted = "train.objective={name: sigmoid, confidence: weight}";
        assertRefused("data.mix", weighted, "data.mix.mixup_alpha=0.2");
        assertRefused(
                "compares the losses of all classes",
                "train.objective=small_loss",
                "cluster.shard_classes=true");
        assertThat(ConfigLoader.load(file, List.of(weighted, "cluster.shard_classes=true")))
                .isNotNull();
    }

    private void assertRefused(String rule, String... overrides) {
        assertThatThrownBy(() -> ConfigLoader.load(file, List.of(overrides)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(rule);
    }

    private ObjectiveConfig load(String objective) {
        return ConfigLoader.load(file, List.of("train.objective=" + objective)).train().objective();
    }
}
