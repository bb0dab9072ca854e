package org.jft.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Where values stand along an axis. */
sealed interface Scale {
    /** Returns 0 at the low end of the axis, 1 at the high end. */
    double position(double value);

    /** Returns the marks inside the axis, ascending. */
    List<Tick> ticks();

    /** Logarithmic, for numbers of images. */
    record Log(double low, double high) implements Scale {
        /** Returns the axis over a range, with a little air at both ends. */
        static Log around(double smallest, double largest) {
            double air = Math.max(0.03 * Math.log(largest / smallest), 0.05);
            return new Log(smallest * Math.exp(-air), largest * Math.exp(air));
        }

        @Override
        public double position(double value) {
            return Math.log(value / low) / Math.log(high / low);
        }

        /** 1, 3, 10, 30 ... in the middle range; denser below a decade, powers of ten beyond 4. */
        @Override
        public List<Tick> ticks() {
            double decades = Math.log10(high / low);
            List<Integer> labelled =
                    decades < 1.3
                            ? List.of(1, 2, 3, 5, 7)
                            : decades < 4.5 ? List.of(1, 3) : List.of(1);
            List<Tick> ticks = new ArrayList<>();
            for (int exponent = (int) Math.floor(Math.log10(low));
                    Math.pow(10, exponent) <= high;
                    exponent++) {
                for (int digit = 1; digit < 10; digit++) {
                    double value = digit * Math.pow(10, exponent);
                    if (low <= value && value <= high) {
                        boolean major = labelled.contains(digit);
                        ticks.add(new Tick(value, major ? Numbers.count(value) : ""));
                    }
                }
            }
            return ticks;
        }
    }

    /**
     * Even.
     *
     * @param step between marks, 1, 2, 2.5 or 5 times a power of ten
     */
    record Linear(double low, double high, double step) implements Scale {
        /** Returns the axis over a range, with four to eight marks. */
        static Linear over(double low, double high) {
            double rough = (high - low) / 8;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = 10 * power;
            for (double candidate : new double[] {5, 2.5, 2, 1}) {
                if (candidate * power >= rough) {
                    step = candidate * power;
                }
            }
            return new Linear(low, high, step);
        }

        @Override
        public double position(double value) {
            return (value - low) / (high - low);
        }

        @Override
        public List<Tick> ticks() {
            int decimals = 0;
            while (decimals < 9 && !isWhole(step * Math.pow(10, decimals))) {
                decimals++;
            }
            List<Tick> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(low / step - 1e-9);
                    i * step <= high * (1 + 1e-12);
                    i++) {
                ticks.add(new Tick(i * step, Numbers.fixed(i * step, decimals)));
            }
            return ticks;
        }

        private static boolean isWhole(double value) {
            return Math.abs(value - Math.rint(value)) < 1e-6;
        }
    }

    /**
     * Kinds side by side; value i is the middle of the i-th.
     *
     * @param labels at least one
     */
    record Slots(List<String> labels) implements Scale {
        @Override
        public double position(double value) {
            return (value + 0.5) / labels.size();
        }

        @Override
        public List<Tick> ticks() {
            return IntStream.range(0, labels.size())
                    .mapToObj(i -> new Tick(i, labels.get(i)))
                    .toList();
        }
    }
}
