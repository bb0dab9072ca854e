package org.jft.eval.scaling;

/** Ordinary least squares of the value on log10(n). */
final class LogLinearFitter extends CurveFitter {
    @Override
    public String law() {
        return LogLinear.NAME;
    }

    @Override
    int parameterCount() {
        return 2;
    }

    @Override
    Residuals residuals() {
        return Residuals.LINEAR;
    }

    @Override
    LogLinear solve(SizeMeans means, Response response) {
        double[] n = means.examples();
        double weight = 0;
        double meanX = 0;
        for (int s = 0; s < n.length; s++) {
            weight += means.runs()[s];
            meanX += means.runs()[s] * Math.log10(n[s]);
        }
        meanX /= weight;
        double meanY = means.mean();
        double xy = 0;
        double xx = 0;
        for (int s = 0; s < n.length; s++) {
            double x = Math.log10(n[s]) - meanX; // centred: no cancellation
            xy += means.runs()[s] * x * (means.means()[s] - meanY);
            xx += means.runs()[s] * x * x;
        }
        double b = xy / xx;
        return new LogLinear(meanY - b * meanX, b);
    }

    @Override
    Verdict judge(Curve curve, ScalingLaw law) {
        return Verdict.IDENTIFIED;
    }
}
