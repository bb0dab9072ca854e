package org.jft.core.engine.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;

/** What a machine without a GPU is told. */
class CudaTest {
    @Test
    void shouldSayWhichLibraryIsMissing() {
        Throwable found =
                new UnsatisfiedLinkError("no jnicudart in java.library.path")
                        .initCause(
                                new UnsatisfiedLinkError(
                                        "/tmp/libjnicudart.so: libcudart.so.13: cannot open shared object file: No such file or directory"));
        assertThat(Cuda.reason(found))
                .isEqualTo(
                        "libcudart.so.13 is not on the library path (install it, or add its folder to LD_LIBRARY_PATH)");
    }

    @Test
    void shouldSayThatTheDriversLibraryComesWithTheDriver() {
        assertThat(
                        Cuda.reason(
                                new UnsatisfiedLinkError(
                                        "libcuda.so.1: cannot open shared object file: No such file")))
                .isEqualTo(
                        "libcuda.so.1 is not on the library path (it comes with the GPU driver)");
    }

    @Test
    void shouldSayInOneSentenceThatNothingLoads() {
        assumeFalse(Cuda.driverPresent());
        assertThatThrownBy(() -> Cuda.open(0))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("engine.name=cuda: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldSayInOneSentenceThatNcclDoesNotLoadAndOnlyWhenItIsAsked() {
        assumeFalse(Cuda.driverPresent());
        Nccl nccl = Cuda.nccl();
        assertThatThrownBy(nccl::communicatorId)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("engine.nccl=true: NCCL does not load: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldWriteVersionsAsPeopleDo() {
        assertThat(DeviceInfo.version(13_010)).isEqualTo("13.1");
        assertThat(DeviceInfo.version(12_060)).isEqualTo("12.6");
    }
}
