package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jft.core.engine.ParameterLayout.Slice;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.cuda.driver.Element;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.OperationGraph.NormBackward;
import org.jft.core.engine.cuda.driver.OperationGraph.NormForward;
import org.jft.core.engine.cuda.driver.OperationGraph.Operation;
import org.jft.core.engine.cuda.driver.OperationGraph.Pointwise;
import org.jft.core.engine.cuda.driver.OperationGraph.Pointwise.Mode;
import org.jft.core.engine.cuda.driver.OperationGraph.Running;
import org.jft.core.engine.plan.Task;
import org.jft.core.engine.program.Op;

/**
 * One batch norm as two of cuDNN's fused graphs: forward {@code relu(norm(x) + addend)} with a bit
 * a element for what the rectifier let through, backward {@code mask * dy -> norm backward} with
 * the masked gradient as the addend's. They go together, for only cuDNN knows the order of its
 * bits; the {@code variance} tensor holds 1 / sqrt(variance + epsilon).
 *
 * <p>cuDNN recognises these graphs by their form, and which forms is not documented in full: each
 * is {@linkplain Spellings spelled} in several ways.
 */
final class FusedNorm {
    private static final int CHANNELS = 8; // multiples of it are what cuDNN fuses
    private static final int FLOATS_READ = 4; // at a time
    private static final long ALIGNED = 16; // bytes
    private static final float UNUSED_RATE = 0.1f;

    private final Layouts layouts;
    private final Task.Normalize task;
    private final Op.BatchNorm norm;
    private final Place scale; // aligned copies of slices
    private final Place shift;
    private final Place zero; // as an array of one element
    private final Place running; // statistics that only a spelling needs
    private final Array x;
    private final Array y;
    private final Optional<Array> mask;

    /**
     * How forward is spelled.
     *
     * @param zeroInMemory what the rectifier's bits compare with: an array or a number
     * @param running whether running statistics are moved, too
     */
    private record Spelling(boolean zeroInMemory, boolean running) {}

    private static final List<Spelling> SPELLINGS =
            List.of(
                    new Spelling(false, false),
                    new Spelling(true, false),
                    new Spelling(false, true),
                    new Spelling(true, true));

    FusedNorm(Layouts layouts, Task.Normalize task, Copies copies) {
        this.layouts = layouts;
        this.task = task;
        norm = (Op.BatchNorm) task.node().op();
        scale = aligned(copies, norm.scale());
        shift = aligned(copies, norm.shift());
        x = image("x", layouts.type());
        y = image("y", layouts.type());
        mask = task.mask().map(tensor -> image("mask", Element.BIT));
        zero = zeros(copies, "zero", ALIGNED);
        running = zeros(copies, "running statistics of " + x.c(), 4 * channelBytes());
    }

    private static Place zeros(Copies copies, String what, long bytes) {
        return copies.get(what, bytes, place -> new ZeroStep(place, bytes));
    }

    private long channelBytes() {
        return TaskBuilder.roundUp(Float.BYTES * x.c());
    }

    /** cuDNN reads 16 bytes at a time; most slices of most networks begin at such a place. */
    private static boolean aligned(Slice slice) {
        return slice.offset() % FLOATS_READ == 0;
    }

    private static Place aligned(Copies copies, Slice slice) {
        if (aligned(slice)) {
            return Place.parameter(slice);
        }
        long bytes = (long) Float.BYTES * slice.length();
        return copies.get(
                slice, bytes, place -> new CopyStep(place, Place.parameter(slice), bytes));
    }

    private Array image(String name, Element type) {
        var shape = task.from().shape();
        return Array.of(
                name, type, layouts.rows(), shape.channels(), shape.height(), shape.width());
    }

    /**
     * Returns the steps of backward.
     *
     * @param behind what follows in any case
     */
    List<Step> backward(Task.NormalizeBackward gradients, TaskBuilder builder, List<Step> behind) {
        Steps then = new Steps();
        Place dscale = gradient(norm.scale(), builder, then);
        Place dshift = gradient(norm.shift(), builder, then);
        List<Step> all = new ArrayList<>();
        Element shorter = layouts.type();
        all.add(
                new Spellings(
                        Stream.of(shorter, Element.FLOAT)
                                .map(masked -> backward(gradients, masked, dscale, dshift))
                                .distinct()
                                .toList()));
        all.addAll(then.all());
        all.addAll(behind);
        return all;
    }

    /** Returns where cuDNN puts a gradient; adds what takes it to its slice from there. */
    private Place gradient(Slice slice, TaskBuilder builder, Steps then) {
        Place flat = Place.gradient(slice);
        if (aligned(slice) && !layouts.scaled()) {
            return flat;
        }
        long bytes = (long) Float.BYTES * slice.length();
        Place place = builder.scratch(bytes);
        if (layouts.scaled()) { // one image of one pixel, times a factor
            then.launch("nhwc_to_nchw_float", Grids.tiles(slice.length()))
                    .at(flat)
                    .at(place)
                    .at(Place.unscale())
                    .with(1)
                    .with(slice.length())
                    .with(1)
                    .with(slice.length());
        } else {
            then.add(new CopyStep(flat, place, bytes));
        }
        return place;
    }

    /** Returns what names the work of forward. */
    String key() {
        return forward(SPELLINGS.get(0)).graph().key();
    }

    /** Returns the step of forward. */
    Step forward() {
        return new Spellings(SPELLINGS.stream().map(this::forward).distinct().toList());
    }

    private DnnStep forward(Spelling spelling) {
        Array epsilon = Array.scalar("epsilon", (float) norm.epsilon());
        Array mean = Array.channels("mean", x.c());
        Array inverse = Array.channels("inverse", x.c());
        Array gamma = Array.channels("scale", x.c());
        Array beta = Array.channels("shift", x.c());
        Optional<Array> addend = task.addend().map(tensor -> image("addend", layouts.type()));
        List<Operation> operations = new ArrayList<>();
        boolean last = addend.isEmpty() && !task.relu();
        Array normed = last ? y : Array.between("normed", y);
        operations.add(
                new NormForward(x, gamma, beta, epsilon, mean, inverse, normed, running(spelling)));
        Array sum = normed;
        if (addend.isPresent()) {
            sum = task.relu() ? Array.between("sum", y) : y;
            operations.add(new Pointwise(Mode.ADD, normed, addend, sum));
        }
        if (task.relu()) {
            operations.add(new Pointwise(Mode.RELU, sum, Optional.empty(), y));
        }
        mask.ifPresent(
                bits ->
                        operations.add(
                                new Pointwise(Mode.GREATER, y, Optional.of(zero(spelling)), bits)));
        OperationGraph graph = new OperationGraph("norm add relu", operations);
        List<Place> places = new ArrayList<>();
        for (Array array : graph.bound()) {
            places.add(
                    switch (array.name()) {
                        case "x" -> Place.of(task.from());
                        case "y" -> Place.of(task.to());
                        case "scale" -> scale;
                        case "shift" -> shift;
                        case "mean" -> Place.of(task.batch().orElseThrow().mean());
                        case "inverse" -> Place.of(task.batch().orElseThrow().variance());
                        case "addend" -> Place.of(task.addend().orElseThrow());
                        case "zero" -> zero;
                        case "mean before" -> running;
                        case "variance before" -> running.plus(channelBytes());
                        case "running mean" -> running.plus(2 * channelBytes());
                        case "running variance" -> running.plus(3 * channelBytes());
                        default -> Place.of(task.mask().orElseThrow());
                    });
        }
        return new DnnStep(graph, places);
    }

    private Array zero(Spelling spelling) {
        return spelling.zeroInMemory()
                ? Array.of("zero", layouts.type(), 1, 1, 1, 1)
                : Array.scalar("zero", 0);
    }

    /** Ours are moved behind backward, with the gradients. */
    private Optional<Running> running(Spelling spelling) {
        return spelling.running()
                ? Optional.of(
                        new Running(
                                Array.channels("mean before", x.c()),
                                Array.channels("variance before", x.c()),
                                Array.scalar("rate", UNUSED_RATE),
                                Array.channels("running mean", x.c()),
                                Array.channels("running variance", x.c())))
                : Optional.empty();
    }

    private DnnStep backward(
            Task.NormalizeBackward gradients, Element between, Place dscale, Place dshift) {
        Array dy = image("dy", layouts.type());
        Array dx = image("dx", layouts.type());
        Array mean = Array.channels("mean", x.c());
        Array inverse = Array.channels("inverse", x.c());
        Array gamma = Array.channels("scale", x.c());
        Array ds = Array.channels("dscale", x.c());
        Array db = Array.channels("dshift", x.c());
        List<Operation> operations = new ArrayList<>();
        Array masked = dy;
        if (mask.isPresent()) {
            masked =
                    gradients.addendGradient().isPresent()
                            ? image("masked", layouts.type())
                            : Array.between("masked", between, dy);
            operations.add(new Pointwise(Mode.MULTIPLY, dy, mask, masked));
        }
        operations.add(new NormBackward(x, masked, gamma, mean, inverse, ds, db, dx));
        OperationGraph graph = new OperationGraph("relu fork norm backward", operations);
        List<Place> places = new ArrayList<>();
        for (Array array : graph.bound()) {
            places.add(
                    switch (array.name()) {
                        case "x" -> Place.of(task.from());
                        case "dy" -> Place.of(gradients.gradient());
                        case "dx" -> Place.of(gradients.to());
                        case "scale" -> scale;
                        case "mean" -> Place.of(task.batch().orElseThrow().mean());
                        case "inverse" -> Place.of(task.batch().orElseThrow().variance());
                        case "dscale" -> dscale;
                        case "dshift" -> dshift;
                        case "masked" -> Place.of(gradients.addendGradient().orElseThrow());
                        default -> Place.of(task.mask().orElseThrow());
                    });
        }
        return new DnnStep(graph, places);
    }

    /** cuDNN fuses for Ampere and newer, in types of two bytes, in eights of channels. */
    boolean runsOn(DeviceInfo device) {
        return device.major() >= 8
                && layouts.type() != Element.FLOAT
                && x.c() % CHANNELS == 0
                && (task.mask().isPresent() || !task.relu());
    }
}
