package org.jft.cluster.transport;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InMemoryTransportTest extends TransportContract {
    private final InMemoryNetwork network = new InMemoryNetwork(16 * 1024);

    @Override
    Transport open(int rank) {
        return network.transport(rank);
    }

    @Test
    void shouldRefuseACapacityThatIsNoPowerOfTwo() {
        assertThatThrownBy(() -> new InMemoryNetwork(50_000))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
