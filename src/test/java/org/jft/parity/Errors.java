package org.jft.parity;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jft.core.engine.Engine;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.parity.LibtorchNetwork.Step;
import org.jft.parity.OpParityContract.Bounds;

/** Relative L2 errors of an engine's results, by name. */
final class Errors {
    private final Map<String, Double> outputs = new TreeMap<>();
    private final Map<String, Double> gradients = new TreeMap<>();
    private final Map<String, Double> statistics = new TreeMap<>();

    void ofOutputs(String mode, List<FloatBuffer> actual, List<double[]> truth) {
        for (int i = 0; i < truth.size(); i++) {
            double[] values = Floats.read(actual.get(i), 0, truth.get(i).length);
            outputs.put(mode + " output " + i, RelativeError.l2(values, truth.get(i)));
        }
    }

    /** Of the engine's last backward pass. */
    void ofGradients(Engine engine, NetworkSpec network, Step truth) {
        double[] actual = Floats.read(engine.gradients());
        for (Slice slice : engine.layout().slices()) {
            boolean trainable = slice.kind().trainable();
            boolean frozen = network.frozenLayers().contains(slice.layer());
            double error =
                    frozen
                            ? norm(part(actual, slice)) // of zeros
                            : of(slice, actual, truth.gradients(), engine.layout());
            (trainable ? gradients : statistics).put(slice.layer() + " " + slice.kind(), error);
        }
        for (int i = 0; i < truth.inputGradients().size(); i++) {
            double[] expected = truth.inputGradients().get(i);
            double[] values = Floats.read(engine.inputGradient(i), 0, expected.length);
            gradients.put("input " + i, RelativeError.l2(values, expected));
        }
    }

    /** Returns those that are too large. */
    Map<String, Double> above(Bounds bounds) {
        Map<String, Double> above = new TreeMap<>();
        outputs.forEach((name, error) -> keep(above, name, error, bounds.outputs()));
        gradients.forEach((name, error) -> keep(above, name, error, bounds.gradients()));
        statistics.forEach((name, error) -> keep(above, name, error, bounds.statistics()));
        return above;
    }

    @Override
    public String toString() {
        return "outputs %.1e gradients %.1e statistics %.1e"
                .formatted(worst(outputs), worst(gradients), worst(statistics));
    }

    private static double worst(Map<String, Double> errors) {
        return errors.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    private static void keep(Map<String, Double> above, String name, double error, double bound) {
        if (error > bound) {
            above.put(name, error);
        }
    }

    /**
     * Returns the relative error of a slice of a flat gradient. Where the slice's truth is nearly
     * zero, as of a bias that a batch norm takes away again, the error is relative to the root mean
     * square of all gradients (or statistics) of its layer.
     */
    static double of(Slice slice, double[] actual, double[] truth, ParameterLayout layout) {
        double squares = 0;
        long count = 0;
        for (Slice other : layout.slices()) {
            if (other.layer().equals(slice.layer())
                    && other.kind().trainable() == slice.kind().trainable()) {
                double norm = norm(part(truth, other));
                squares += norm * norm;
                count += other.length();
            }
        }
        double typical = Math.sqrt(squares / count * slice.length());
        return RelativeError.l2(part(actual, slice), part(truth, slice), typical);
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    private static double[] part(double[] flat, Slice slice) {
        double[] part = new double[slice.length()];
        System.arraycopy(flat, slice.offset(), part, 0, part.length);
        return part;
    }
}
