package org.jft.eval.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Synthetic curves with a known law. */
final class Curves {
    private Curves() {}

    /** Sizes evenly spaced in log(n) from 1,000 to 1,000,000, Gaussian noise on the value. */
    static Curve draw(
            ScalingLaw law, Response response, int sizes, int seeds, double noise, Random random) {
        List<CurvePoint> points = new ArrayList<>();
        for (int s = 0; s < sizes; s++) {
            double n = Math.rint(1000 * Math.pow(1000, s / Math.max(1, sizes - 1.0)));
            for (int seed = 0; seed < seeds; seed++) {
                double value = law.valueAt(n) + noise * random.nextGaussian();
                points.add(new CurvePoint(n, seed, value));
            }
        }
        return new Curve(response, points);
    }

    static Curve exact(ScalingLaw law, Response response, int sizes) {
        return draw(law, response, sizes, 1, 0, new Random(0));
    }

    static Curve of(Response response, double... examplesThenValue) {
        List<CurvePoint> points = new ArrayList<>();
        for (int i = 0; i < examplesThenValue.length; i += 2) {
            points.add(new CurvePoint(examplesThenValue[i], 0, examplesThenValue[i + 1]));
        }
        return new Curve(response, points);
    }
}
