package org.jft.parity;

import static org.jft.parity.OpCase.channels;
import static org.jft.parity.OpCase.side;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.jft.parity.OpCase.Hazard;

/** Joins, forks, several inputs and outputs, frozen layers. */
final class TopologyCases {
    private TopologyCases() {}

    static List<OpCase> all(Random random) {
        List<OpCase> cases = new ArrayList<>();
        cases.add(concatenated(random, 2));
        cases.add(concatenated(random, 3));
        cases.add(concatenatedVectors(random));
        cases.add(concatenatedAndReadAgain(random));
        cases.add(concatenatedBehindRelu(random));
        cases.add(sum(random, 2));
        cases.add(sum(random, 3));
        cases.add(threeReaders(random));
        cases.add(nested(random));
        cases.add(twoImages(random));
        cases.add(imageAndVector(random));
        cases.add(twoOutputs(random));
        cases.add(outputReadOn(random));
        cases.add(features(random));
        cases.add(frozenPrefix(random));
        cases.add(frozenNorm(random));
        cases.add(frozenMiddle(random));
        cases.add(frozenBranch(random));
        return cases;
    }

    private static Sketch image(Random random) {
        Sketch sketch = new Sketch();
        sketch.image(Math.max(3, channels(random)), side(random, 6), side(random, 6));
        return sketch;
    }

    private static OpCase concatenated(Random random, int count) {
        Sketch sketch = image(random);
        String[] parts = new String[count];
        for (int i = 0; i < count; i++) {
            parts[i] = sketch.conv("in0", channels(random), 2 * i + 1, 2);
        }
        String output = sketch.conv(sketch.concat(parts), 16, 1, 1);
        return OpCase.of("concat of " + count, 2, sketch.build(output));
    }

    private static OpCase concatenatedVectors(Random random) {
        Sketch sketch = new Sketch();
        String left = sketch.vector(channels(random));
        String right = sketch.dense(sketch.vector(11), 16);
        String output = sketch.dense(sketch.concat(left, right), 6);
        return OpCase.of("concat of vectors", 5, sketch.build(output));
    }

    private static OpCase concatenatedAndReadAgain(Random random) {
        Sketch sketch = image(random);
        String a = sketch.conv("in0", 16, 3, 1);
        String b = sketch.conv(a, 5, 3, 1);
        String joined = sketch.conv(sketch.concat(a, b), 16, 3, 1);
        return OpCase.of("concat of what is read again", 2, sketch.build(sketch.add(joined, a)));
    }

    private static OpCase concatenatedBehindRelu(Random random) {
        Sketch sketch = image(random);
        String a = sketch.convNormRelu("in0", 16, 3, 1);
        String b = sketch.convNormRelu("in0", 16, 1, 1);
        String c = sketch.pool("in0", PoolingType.AVG, 3, 1, 1);
        return OpCase.of("concat of two relus and a pool", 3, sketch.build(sketch.concat(a, b, c)))
                .with(Hazard.SHIFTED);
    }

    private static OpCase sum(Random random, int count) {
        Sketch sketch = image(random);
        int channels = channels(random);
        String[] terms = new String[count];
        for (int i = 0; i < count; i++) {
            terms[i] = sketch.conv("in0", channels, 2 * i + 1, 1);
        }
        return OpCase.of("sum of " + count, 2, sketch.build(sketch.add(terms)));
    }

    private static OpCase threeReaders(Random random) {
        Sketch sketch = image(random);
        String x = sketch.convNormRelu("in0", 16, 3, 1);
        String sum = sketch.add(sketch.conv(x, 16, 3, 1), sketch.conv(x, 16, 1, 1), x);
        return OpCase.of("one value with three readers", 3, sketch.build(sum)).with(Hazard.SHIFTED);
    }

    private static OpCase nested(Random random) {
        Sketch sketch = image(random);
        String x = sketch.conv("in0", 16, 3, 1);
        for (int i = 0; i < 2; i++) {
            String branch = sketch.norm(sketch.conv(sketch.convNormRelu(x, 16, 3, 1), 16, 3, 1));
            x = sketch.add(branch, x);
        }
        return OpCase.of("two residual blocks without end", 3, sketch.build(x))
                .with(Hazard.SHIFTED);
    }

    private static OpCase twoImages(Random random) {
        Sketch sketch = image(random);
        String second = sketch.image(3, 12, 10);
        String left = sketch.globalPool(sketch.conv("in0", 16, 3, 1), PoolingType.AVG);
        String right = sketch.globalPool(sketch.conv(second, 16, 5, 2), PoolingType.AVG);
        return OpCase.of("two images", 2, sketch.build(sketch.add(left, right)));
    }

    private static OpCase imageAndVector(Random random) {
        Sketch sketch = image(random);
        String vector = sketch.vector(9);
        String pooled = sketch.globalPool(sketch.conv("in0", 8, 3, 1), PoolingType.AVG);
        return OpCase.of(
                "an image and a vector",
                2,
                sketch.build(sketch.dense(sketch.concat(vector, pooled), 7)));
    }

    private static OpCase twoOutputs(Random random) {
        Sketch sketch = image(random);
        String x = sketch.convNormRelu("in0", 16, 3, 1);
        String map = sketch.conv(x, 5, 1, 1);
        String logits = sketch.dense(sketch.globalPool(x, PoolingType.AVG), 10);
        return OpCase.of("logits and a map", 3, sketch.build(logits, map)).with(Hazard.SHIFTED);
    }

    private static OpCase outputReadOn(Random random) {
        Sketch sketch = image(random);
        String first = sketch.convNormRelu("in0", 16, 3, 2);
        String second = sketch.convNormRelu(first, 8, 3, 1);
        return OpCase.of("outputs that are read on", 3, sketch.build(first, second))
                .with(Hazard.SHIFTED);
    }

    private static OpCase features(Random random) {
        Sketch sketch = image(random);
        String norm = sketch.norm(sketch.conv("in0", 16, 3, 2));
        String sum = sketch.add(norm, sketch.conv("in0", 16, 1, 2));
        String relu = sketch.relu(sum);
        return OpCase.of("a norm, a sum and a relu as outputs", 3, sketch.build(relu, norm, sum))
                .with(Hazard.SHIFTED);
    }

    private static OpCase frozenPrefix(Random random) {
        Sketch sketch = image(random);
        String conv = sketch.conv("in0", 16, 3, 1);
        String norm = sketch.norm(conv);
        String trained = sketch.convNormRelu(sketch.relu(norm), 8, 3, 1);
        return OpCase.of("frozen stem", 3, sketch.build(trained))
                .with(Hazard.SHIFTED)
                .frozen(conv, norm);
    }

    private static OpCase frozenNorm(Random random) {
        Sketch sketch = image(random);
        String norm = sketch.norm(sketch.conv("in0", 16, 3, 1));
        return OpCase.of("frozen norm behind a trained conv", 3, sketch.build(sketch.relu(norm)))
                .with(Hazard.SHIFTED)
                .frozen(norm);
    }

    private static OpCase frozenMiddle(Random random) {
        Sketch sketch = image(random);
        String first = sketch.convNormRelu("in0", 16, 3, 1);
        String conv = sketch.conv(first, 16, 3, 1);
        String norm = sketch.norm(conv);
        String last = sketch.dense(sketch.globalPool(sketch.relu(norm), PoolingType.AVG), 5);
        return OpCase.of("frozen layers between trained ones", 3, sketch.build(last))
                .with(Hazard.SHIFTED)
                .frozen(conv, norm);
    }

    private static OpCase frozenBranch(Random random) {
        Sketch sketch = image(random);
        String trained = sketch.norm(sketch.conv("in0", 16, 3, 1));
        String conv = sketch.conv("in0", 16, 1, 1);
        String norm = sketch.norm(conv);
        String sum = sketch.relu(sketch.add(trained, norm));
        return OpCase.of("frozen branch beside a trained one", 3, sketch.build(sum))
                .with(Hazard.SHIFTED)
                .frozen(conv, norm);
    }
}
