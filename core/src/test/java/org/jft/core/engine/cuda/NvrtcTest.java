package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.Compiler;
import org.jft.core.engine.cuda.driver.Cuda;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sources in the engine's own compiler, where it is: with -Pcuda on a machine with CUDA. */
class NvrtcTest {
    @ParameterizedTest
    @CsvSource({"75, FP32", "75, FP16", "80, BF16", "90, BF16", "90, FP16", "90, FP32"})
    void shouldCompileEveryFamily(int capability, Precision precision) {
        Compiler compiler = compiler();
        for (String family : Kernels.FAMILIES) {
            byte[] cubin =
                    compiler.compile(
                            family + ".cu",
                            Kernels.text(family),
                            Kernels.options(capability, precision));
            assertThat(cubin).as(family).startsWith(0x7f, 'E', 'L', 'F');
        }
    }

    private static Compiler compiler() {
        try {
            return Cuda.compiler();
        } catch (ConfigException e) {
            return abort(e.getMessage());
        }
    }
}
