package org.jft.cluster.collective;

import java.util.List;

class SoloCollectiveTest extends CollectiveContract {
    @Override
    List<Integer> worldSizes() {
        return List.of(1);
    }

    @Override
    Collective open(String job, int rank, int worldSize) {
        return Collective.solo();
    }
}
