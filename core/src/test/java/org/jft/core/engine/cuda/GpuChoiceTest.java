package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuChoiceTest {
    @ParameterizedTest
    @CsvSource({"0, 0, 8, 0", "0, 7, 8, 7", "2, 3, 8, 5", "0, 0, 1, 0"})
    void shouldGiveEachWorkerOfAHostTheNextGpu(int first, int localRank, int seen, int gpu) {
        assertThat(GpuChoice.gpuOf(first, localRank, seen)).isEqualTo(gpu);
    }

    /** As under srun --gpus-per-task=1. */
    @Test
    void shouldGiveAWorkerTheOnlyGpuThatItSeesWhateverItsNumber() {
        assertThat(GpuChoice.gpuOf(0, 3, 1)).isZero();
    }

    @Test
    void shouldSayThatAHostHasMoreWorkersThanGpus() {
        assertThatThrownBy(() -> GpuChoice.gpuOf(0, 2, 2))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "engine.name=cuda: the worker with local rank 2 would take GPU 2, but sees"
                                + " 2 of them; start at most 2 a host, or show each a GPU of its"
                                + " own (CUDA_VISIBLE_DEVICES)");
        assertThatThrownBy(() -> GpuChoice.gpuOf(3, 2, 4))
                .hasMessageContaining("local rank 2 would take GPU 5")
                .hasMessageContaining("at most 1 a host");
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "8, 0, 8", "8, 3, 8"})
    void shouldNotTakeAnotherGpuThanTheFirstAskedFor(int first, int localRank, int seen) {
        assertThatThrownBy(() -> GpuChoice.gpuOf(first, localRank, seen))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "engine.device: there is no GPU %d, this process sees %d of them"
                                .formatted(first, seen));
    }

    @Test
    void shouldStartNoMoreWorkersThanThereAreGpus() {
        assertThatCode(() -> GpuChoice.requireGpus(0, 1, 1)).doesNotThrowAnyException();
        assertThatCode(() -> GpuChoice.requireGpus(2, 2, 4)).doesNotThrowAnyException();
        assertThatThrownBy(() -> GpuChoice.requireGpus(0, 2, 1))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "cluster.workers=2: each takes a GPU of its own, and from engine.device=0"
                                + " on there are 1 here; set cluster.workers=1");
        assertThatThrownBy(() -> GpuChoice.requireGpus(3, 2, 4))
                .hasMessageContaining("from engine.device=3 on there are 1 here");
    }
}
