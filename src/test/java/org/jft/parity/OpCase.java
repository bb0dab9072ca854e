package org.jft.parity;

import java.util.Random;
import java.util.Set;
import org.jft.core.engine.NetworkSpec;

/**
 * A network of one or a few layers to be judged.
 *
 * @param name what it shows
 * @param network asks for input gradients
 * @param hazard what a rounded type makes of the values inside, not only of its inputs
 */
record OpCase(String name, NetworkSpec network, int batch, Hazard hazard) {
    /**
     * Where a small error becomes a large one: at jumps of a slope or a maximum, or by its digits.
     */
    enum Hazard {
        /** At most at the inputs, which stay clear of kinks by construction. */
        NONE,
        /**
         * A slope that comes from an output: 1 - y^2 of tanh has few digits left where a rounded y
         * is close to 1.
         */
        FLAT,
        /** Rectifiers behind biases or norms, which can hold them clear by large shifts. */
        SHIFTED,
        /** Pooling windows over computed values: two may be equal to a rounded type. */
        CLOSE,
        /** A gradient that is a single sum: it may cancel, and then only roundings are left. */
        CANCELLING
    }

    static OpCase of(String name, int batch, NetworkSpec network) {
        return new OpCase(name, network, batch, Hazard.NONE);
    }

    OpCase with(Hazard where) {
        return new OpCase(name, network, batch, where);
    }

    OpCase frozen(String... layers) {
        return new OpCase(name, network.withFrozenLayers(Set.of(layers)), batch, hazard);
    }

    /** Draws channels: as often a multiple of 16, which vector units like, as not. */
    static int channels(Random random) {
        int[] choice = {1, 3, 5, 13, 17, 24, 33, 16, 16, 32, 32, 48};
        return choice[random.nextInt(choice.length)];
    }

    /**
     * Draws channels where one would not do: a sum that is a whole tensor may cancel, and a norm of
     * a 1 x 1 convolution of one channel leaves nothing to learn.
     */
    static int several(Random random) {
        return Math.max(3, channels(random));
    }

    /** Draws a side of an image, as often odd as even. */
    static int side(Random random, int least) {
        return least + random.nextInt(8);
    }
}
