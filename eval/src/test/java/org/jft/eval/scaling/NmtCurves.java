package org.jft.eval.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Three public learning curves: log perplexity of machine translation against training examples,
 * rounded to six digits. From benchmark.lang.csv of google-research/revisiting_neural_scaling_laws
 * (Apache-2.0); Alabdulmohsin, Neyshabur, Zhai 2022, arXiv 2209.06640. The last point of each is
 * held out there.
 */
final class NmtCurves {
    static final Map<String, double[]> LOSS_DOUBLING_TO_512M =
            Map.of(
                    "6 Enc, 6 Dec",
                    new double[] {
                        0.931175, 0.743928, 0.636239, 0.556788, 0.482007, 0.409609, 0.373741,
                        0.353173, 0.349071, 0.340278, 0.340156
                    },
                    "28 Enc, 6 Dec",
                    new double[] {
                        0.759195, 0.655788, 0.590554, 0.508519, 0.438189, 0.386916, 0.352766,
                        0.329633, 0.312687, 0.306653
                    },
                    "6 Enc, 28 Dec",
                    new double[] {
                        0.990323, 0.817896, 0.684728, 0.596147, 0.506947, 0.424310, 0.377505,
                        0.342028, 0.319084, 0.300319, 0.296878
                    });

    private NmtCurves() {}

    static List<CurvePoint> points(String name) {
        double[] loss = LOSS_DOUBLING_TO_512M.get(name);
        List<CurvePoint> points = new ArrayList<>();
        for (int i = 0; i < loss.length; i++) {
            points.add(new CurvePoint(512e6 / (1 << (loss.length - 1 - i)), 0, loss[i]));
        }
        return points;
    }

    static Curve training(String name) {
        List<CurvePoint> points = points(name);
        return new Curve(Response.ERROR, points.subList(0, points.size() - 1));
    }

    static List<CurvePoint> heldOut(String name) {
        List<CurvePoint> points = points(name);
        return points.subList(points.size() - 1, points.size());
    }
}
