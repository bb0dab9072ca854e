package org.jft.train.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.jft.cluster.collective.Collective;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.train.objective.ClassSlice;
import org.junit.jupiter.api.Test;

class ModelTransferTest {
    private static final int CLASSES = 5;
    private static final int FEATURES = 700_000; // a slice takes more than one message of 4 MB
    private static final int CONVOLUTION = 18;
    private static final int VECTORS = 2;
    private static final ParameterLayout TRUNK =
            new ParameterLayout(
                    List.of(
                            slice("conv", Kind.WEIGHT, 0, CONVOLUTION),
                            slice("conv", Kind.BIAS, CONVOLUTION, 2)));

    /** The head lies between two layers of the trunk: nothing says it must come last. */
    private static final ParameterLayout WHOLE =
            new ParameterLayout(
                    List.of(
                            slice("conv", Kind.WEIGHT, 0, CONVOLUTION),
                            slice("head", Kind.WEIGHT, CONVOLUTION, CLASSES * FEATURES),
                            slice("head", Kind.BIAS, CONVOLUTION + CLASSES * FEATURES, CLASSES),
                            slice("conv", Kind.BIAS, CONVOLUTION + CLASSES * (FEATURES + 1), 2)));

    private final long seed = System.nanoTime();

    @Test
    void shouldGiveEachRankItsClassesAndPutThemTogetherAgain() {
        float[] model = new float[VECTORS * WHOLE.length()];
        Random random = new Random(seed);
        for (int i = 0; i < model.length; i++) {
            model[i] = random.nextFloat();
        }
        for (int worldSize : new int[] {1, 3}) {
            List<float[]> gathered =
                    Ranks.run(worldSize, ranks -> thereAndBack(ranks, model.clone()));
            assertThat(gathered.get(0)).as("seed=%s", seed).isEqualTo(model);
        }
    }

    private static float[] thereAndBack(Collective ranks, float[] model) {
        boolean leads = ranks.topology().leads();
        FloatBuffer whole = Floats.allocate(leads ? model.length : 0);
        if (leads) {
            whole.put(model).flip();
        }
        ClassSlice classes = ClassSlice.of(CLASSES, ranks.topology());
        FloatBuffer trunk = Floats.allocate(VECTORS * TRUNK.length());
        FloatBuffer slice = Floats.allocate(VECTORS * classes.count() * (FEATURES + 1));
        ModelTransfer transfer = new ModelTransfer(ranks.topology(), WHOLE, TRUNK, "head", CLASSES);
        transfer.spread(ranks, whole, VECTORS, trunk, slice);

        int second = classes.count() * (FEATURES + 1);
        int weights = WHOLE.length() + CONVOLUTION + classes.first() * FEATURES;
        assertThat(slice.get(second)).as("the first weight").isEqualTo(model[weights]);
        int bias = CONVOLUTION + CLASSES * FEATURES + classes.first();
        assertThat(slice.get(classes.count() * FEATURES)).as("its bias").isEqualTo(model[bias]);
        assertThat(trunk.get(2 * TRUNK.length() - 1)).isEqualTo(model[model.length - 1]);

        for (int i = 0; i < whole.capacity(); i++) {
            whole.put(i, 0);
        }
        transfer.gather(ranks, whole, VECTORS, trunk, slice);
        float[] back = new float[whole.capacity()];
        whole.get(0, back);
        return back;
    }

    private static Slice slice(String layer, Kind kind, int offset, int length) {
        return new Slice(layer, kind, offset, length, List.of((long) length));
    }
}
