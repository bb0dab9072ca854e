package org.jft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Affinity;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a config's engine stands for on a machine without a GPU. */
class EnginesTest {
    @ParameterizedTest
    @CsvSource({"onednn, FP32", "nd4j, FP32", "cuda, BF16"})
    void shouldTakeTheEnginesOwnPrecisionWhereNoneIsGiven(String name, Precision precision) {
        assumeFalse(Engines.named("cuda").fits());
        assertThat(Engines.resolve(config(name, null)).precision()).isEqualTo(precision);
    }

    @Test
    void shouldResolveAutoToAnEngineAndItsPrecision() {
        assumeFalse(Engines.named("cuda").fits());
        EngineConfig resolved = Engines.resolve(EngineConfig.defaults());
        assertThat(resolved.name()).isEqualTo("onednn");
        assertThat(resolved.precision()).isEqualTo(Precision.FP32);
    }

    @Test
    void shouldKeepWhatIsGiven() {
        EngineConfig given =
                new EngineConfig("cuda", Precision.TF32, 3, Affinity.CORES, true, 2, true);
        assertThat(Engines.resolve(given)).isEqualTo(given);
    }

    @Test
    void shouldRefuseNcclWhereAutoIsNotTheCudaEngine() {
        assumeFalse(Engines.named("cuda").fits());
        EngineConfig auto = new EngineConfig(null, null, 0, null, false, 0, true);
        assertThatThrownBy(() -> Engines.resolve(auto))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("engine.nccl=true")
                .hasMessageContaining("this is engine.name=onednn");
    }

    @ParameterizedTest
    @CsvSource({"onednn", "nd4j"})
    void shouldRefuseNcclOnOtherEngines(String name) {
        assertThatThrownBy(() -> new EngineConfig(name, null, 0, null, false, 0, true))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("this is engine.name=" + name);
    }

    private static EngineConfig config(String name, Precision precision) {
        return new EngineConfig(name, precision, 0, null, false);
    }
}
