package org.jft.parity;

import java.util.Random;
import java.util.Set;
import org.jft.core.engine.NetworkSpec;

/**
 * A network of one or a few layers to be judged.
 *
 * @param name what it shows
 * @param network asks for input gradients
 * @param kinks whether values inside, not only its inputs, meet a kink
 */
record OpCase(String name, NetworkSpec network, int batch, Kinks kinks) {
    /** Where the slope of an activation jumps, or the place of a maximum. */
    enum Kinks {
        /** At most at the inputs, which stay clear of them by construction. */
        NONE,
        /**
         * None, but a slope that comes from an output: 1 - y^2 of tanh has few digits left where a
         * rounded y is close to 1.
         */
        FLAT,
        /** In rectifiers behind biases or norms, which can hold them clear by large shifts. */
        SHIFTED,
        /** In pooling windows over computed values: two may be equal to a rounded type. */
        CLOSE
    }

    static OpCase of(String name, int batch, NetworkSpec network) {
        return new OpCase(name, network, batch, Kinks.NONE);
    }

    OpCase with(Kinks where) {
        return new OpCase(name, network, batch, where);
    }

    OpCase frozen(String... layers) {
        return new OpCase(name, network.withFrozenLayers(Set.of(layers)), batch, kinks);
    }

    /** Draws channels: as often a multiple of 16, which vector units like, as not. */
    static int channels(Random random) {
        int[] choice = {1, 3, 5, 13, 17, 24, 33, 16, 16, 32, 32, 48};
        return choice[random.nextInt(choice.length)];
    }

    /** Draws a side of an image, as often odd as even. */
    static int side(Random random, int least) {
        return least + random.nextInt(8);
    }
}
