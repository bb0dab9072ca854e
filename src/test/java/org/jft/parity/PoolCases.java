package org.jft.parity;

import static org.jft.parity.OpCase.channels;
import static org.jft.parity.OpCase.side;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.jft.core.engine.BilinearResize;
import org.jft.parity.OpCase.Hazard;

/** Pools, global pools and resizing. */
final class PoolCases {
    private PoolCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG)) {
            String name = type == PoolingType.MAX ? "max" : "average";
            cases.add(plain(random, name + " 3/2 pad 1", type, 3, 2, 1));
            cases.add(plain(random, name + " 2/2", type, 2, 2, 0));
            cases.add(plain(random, name + " 3/1 pad 1", type, 3, 1, 1));
            cases.add(plain(random, name + " 3/2", type, 3, 2, 0));
            cases.add(
                    configured(
                            random,
                            name + " 3/2 same",
                            type,
                            pool -> pool.convolutionMode(ConvolutionMode.Same)));
            cases.add(global(random, "global " + name, type));
            cases.add(globalBehindRelu(random, "relu, global " + name, type));
        }
        cases.add(
                configured(
                        random,
                        "average 3/2 pad 1 counting the padding",
                        PoolingType.AVG,
                        pool -> pool.padding(1, 1).avgPoolIncludePadInDivisor(true)));
        cases.add(stem(random));
        cases.add(upsampled(random, 2, 2));
        cases.add(upsampled(random, 3, 2));
        for (int i = 0; i < 3; i++) {
            cases.add(resized(random));
        }
        return cases;
    }

    private static OpCase plain(
            Random random, String name, PoolingType type, int kernel, int stride, int padding) {
        Sketch sketch = image(random);
        return OpCase.of(name, 2, sketch.build(sketch.pool("in0", type, kernel, stride, padding)));
    }

    private static OpCase configured(
            Random random,
            String name,
            PoolingType type,
            UnaryOperator<SubsamplingLayer.Builder> more) {
        Sketch sketch = image(random);
        SubsamplingLayer.Builder pool =
                new SubsamplingLayer.Builder(type).kernelSize(3, 3).stride(2, 2);
        return OpCase.of(name, 2, sketch.build(sketch.layer("in0", more.apply(pool).build())));
    }

    private static OpCase global(Random random, String name, PoolingType type) {
        Sketch sketch = image(random);
        return OpCase.of(name, 3, sketch.build(sketch.globalPool("in0", type)));
    }

    private static OpCase globalBehindRelu(Random random, String name, PoolingType type) {
        Sketch sketch = image(random);
        String relu = sketch.convNormRelu("in0", channels(random), 3, 1);
        return OpCase.of(name, 2, sketch.build(sketch.globalPool(relu, type)))
                .with(type == PoolingType.MAX ? Hazard.CLOSE : Hazard.SHIFTED);
    }

    private static OpCase stem(Random random) {
        Sketch sketch = image(random);
        String relu = sketch.convNormRelu("in0", 16, 3, 1);
        return OpCase.of(
                        "conv, norm, relu, max 3/2 pad 1",
                        2,
                        sketch.build(sketch.pool(relu, PoolingType.MAX, 3, 2, 1)))
                .with(Hazard.CLOSE);
    }

    private static OpCase upsampled(Random random, int height, int width) {
        Sketch sketch = image(random);
        String conv = sketch.conv("in0", channels(random), 3, 1);
        String output =
                sketch.layer(
                        conv, new Upsampling2D.Builder().size(new int[] {height, width}).build());
        return OpCase.of("nearest times %s x %s".formatted(height, width), 2, sketch.build(output));
    }

    /** Up, down, or one side each way. */
    private static OpCase resized(Random random) {
        Sketch sketch = image(random);
        String conv = sketch.conv("in0", channels(random), 3, 1);
        int height = 1 + random.nextInt(20);
        int width = 1 + random.nextInt(20);
        String output = sketch.vertex(new BilinearResize(height, width), conv);
        return OpCase.of("bilinear to %s x %s".formatted(height, width), 2, sketch.build(output));
    }

    private static Sketch image(Random random) {
        Sketch sketch = new Sketch();
        sketch.image(channels(random), side(random, 6), side(random, 6));
        return sketch;
    }
}
