package org.jft.train.objective;

import static java.lang.Math.abs;
import static java.lang.Math.exp;
import static java.lang.Math.log1p;
import static java.lang.Math.max;

/**
 * The loss of one class of one image as a function of its logit z and its target y; s is the
 * sigmoid of z and CE(y) = -y log s - (1 - y) log(1 - s) the cross-entropy.
 */
sealed interface EntryLoss {
    /** Returns the loss. */
    double loss(double z, double y);

    /** Returns d loss / dz. */
    double gradient(double z, double y);

    /** CE(y). */
    record CrossEntropy() implements EntryLoss {
        @Override
        public double loss(double z, double y) {
            return max(z, 0) - y * z + log1p(exp(-abs(z)));
        }

        @Override
        public double gradient(double z, double y) {
            return sigmoid(z) - y;
        }
    }

    /** CE((1 - epsilon) y + epsilon prior): label smoothing (Szegedy et al. 2016), per class. */
    record Smoothed(double epsilon, double prior) implements EntryLoss {
        private static final CrossEntropy PLAIN = new CrossEntropy();

        @Override
        public double loss(double z, double y) {
            return PLAIN.loss(z, target(y));
        }

        @Override
        public double gradient(double z, double y) {
            return PLAIN.gradient(z, target(y));
        }

        private double target(double y) {
            return (1 - epsilon) * y + epsilon * prior;
        }
    }

    /**
     * CE(beta y + (1 - beta) s): soft bootstrapping (Reed et al. 2015). The second part is the
     * entropy of the prediction, so its gradient goes through both s: dH/dz = -z s (1 - s).
     */
    record SoftBootstrap(double beta) implements EntryLoss {
        private static final CrossEntropy PLAIN = new CrossEntropy();

        @Override
        public double loss(double z, double y) {
            return PLAIN.loss(z, beta * y + (1 - beta) * sigmoid(z));
        }

        @Override
        public double gradient(double z, double y) {
            double s = sigmoid(z);
            return beta * (s - y) - (1 - beta) * z * s * (1 - s);
        }
    }

    /**
     * CE(beta y + (1 - beta) [s > 1/2]): hard bootstrapping (Reed et al. 2015), towards what the
     * network would answer.
     */
    record HardBootstrap(double beta) implements EntryLoss {
        private static final CrossEntropy PLAIN = new CrossEntropy();

        @Override
        public double loss(double z, double y) {
            return PLAIN.loss(z, target(z, y));
        }

        @Override
        public double gradient(double z, double y) {
            return PLAIN.gradient(z, target(z, y));
        }

        private double target(double z, double y) {
            return beta * y + (z > 0 ? 1 - beta : 0);
        }
    }

    private static double sigmoid(double z) {
        double e = exp(-abs(z));
        return (z >= 0 ? 1 : e) / (1 + e);
    }
}
