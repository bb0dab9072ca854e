package org.jft.parity;

import static org.jft.parity.OpCase.several;
import static org.jft.parity.OpCase.side;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.jft.core.engine.GroupNormalization;
import org.jft.core.engine.StandardizedConvolution;
import org.jft.parity.OpCase.Hazard;

/** Group normalization, weight standardization, and the two together as in BiT. */
final class GroupNormCases {
    private static final double EPSILON = 1e-5;

    private GroupNormCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        cases.add(norm(random, 32, 8));
        cases.add(norm(random, 48, 3));
        cases.add(norm(random, 6, 2));
        cases.add(norm(random, 17, 1));
        cases.add(norm(random, 13, 13));
        cases.add(standardized(random, 16, 16, 3, 1, false));
        cases.add(standardized(random, several(random), several(random), 3, 2, true));
        cases.add(standardized(random, several(random), several(random), 1, 1, false));
        cases.add(behindBatchNorm(random));
        cases.add(joined(random));
        cases.add(preactivation(random));
        cases.add(frozen(random));
        return cases;
    }

    private static OpCase norm(Random random, int channels, int groups) {
        Sketch sketch = new Sketch();
        String image = sketch.image(channels, side(random, 5), side(random, 6));
        String name = "%s channels in %s groups".formatted(channels, groups);
        return OpCase.of(
                name, 1 + random.nextInt(3), sketch.build(norm(sketch, image, channels, groups)));
    }

    private static OpCase standardized(
            Random random, int in, int out, int kernel, int stride, boolean bias) {
        Sketch sketch = new Sketch();
        String image = sketch.image(in, side(random, 5), side(random, 6));
        String output = standardized(sketch, image, out, kernel, stride, bias);
        String name =
                "standardized %dx%d/%d of %d to %d".formatted(kernel, kernel, stride, in, out);
        return OpCase.of(name, 2, sketch.build(output));
    }

    /** In inference the batch norm is folded into the standardized weights. */
    private static OpCase behindBatchNorm(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(several(random), side(random, 5), side(random, 6));
        String output = sketch.norm(standardized(sketch, image, 16, 3, 1, true));
        return OpCase.of("standardized, batch norm", 3, sketch.build(output));
    }

    private static OpCase joined(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(several(random), side(random, 5), side(random, 6));
        String output = norm(sketch, standardized(sketch, image, 16, 3, 1, false), 16, 4);
        return OpCase.of("standardized, group norm", 2, sketch.build(output));
    }

    private static OpCase preactivation(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(16, side(random, 5), side(random, 6));
        String first = sketch.relu(norm(sketch, image, 16, 8));
        String shortcut = standardized(sketch, first, 32, 1, 2, false);
        String branch = standardized(sketch, first, 32, 3, 2, false);
        String second = sketch.relu(norm(sketch, branch, 32, 8));
        String output = sketch.add(standardized(sketch, second, 32, 3, 1, false), shortcut);
        return OpCase.of("pre-activation block of BiT", 2, sketch.build(output)).with(Hazard.CLOSE);
    }

    private static OpCase frozen(Random random) {
        Sketch sketch = new Sketch();
        String image = sketch.image(several(random), side(random, 5), side(random, 6));
        String conv = standardized(sketch, image, 16, 3, 1, false);
        String norm = norm(sketch, conv, 16, 2);
        String output = standardized(sketch, norm, 8, 1, 1, false);
        return OpCase.of("frozen group norm", 2, sketch.build(output)).frozen(conv, norm);
    }

    private static String norm(Sketch sketch, String from, int channels, int groups) {
        return sketch.layer(from, new GroupNormalization(channels, groups, EPSILON, 1));
    }

    private static String standardized(
            Sketch sketch, String from, int out, int kernel, int stride, boolean bias) {
        return sketch.layer(
                from,
                new StandardizedConvolution(
                        new ConvolutionLayer.Builder(kernel, kernel)
                                .nOut(out)
                                .stride(stride, stride)
                                .padding(kernel / 2, kernel / 2)
                                .hasBias(bias)));
    }
}
