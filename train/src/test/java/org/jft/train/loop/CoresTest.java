package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;

class CoresTest {
    @Test
    void shouldReadTheKernelsList() {
        assertThat(Cores.parse("\t0-3,8,10-11\n").allowed()).containsExactly(0, 1, 2, 3, 8, 10, 11);
        assertThat(Cores.parse("5").allowed()).containsExactly(5);
    }

    @Test
    void shouldFindAtLeastAsManyAsJavaCounts() {
        assertThat(Cores.ofThisProcess().allowed())
                .hasSizeGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void shouldDealAllowedCoresOutInRankOrder() {
        Cores cores = new Cores(List.of(2, 3, 6, 7, 9));
        assertThat(cores.environment(0, 2, 2))
                .isEqualTo(Map.of("OMP_PROC_BIND", "close", "OMP_PLACES", "{2},{3}"));
        assertThat(cores.environment(1, 2, 2))
                .isEqualTo(Map.of("OMP_PROC_BIND", "close", "OMP_PLACES", "{6},{7}"));
        assertThat(cores.environment(4, 5, 1)).containsEntry("OMP_PLACES", "{9}");
    }

    @Test
    void shouldRefuseMoreThreadsThanCores() {
        Cores cores = new Cores(List.of(0, 1, 2));
        assertThatThrownBy(() -> cores.environment(0, 2, 2))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("2 x 2 cores")
                .hasMessageContaining("may use 3")
                .hasMessageContaining("engine.threads");
    }
}
