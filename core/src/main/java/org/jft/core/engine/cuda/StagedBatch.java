package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;
import org.jft.core.engine.DeviceStep.Labels;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.program.Shape;

/**
 * The next batch of a training step on its way, beside the step that runs: from the caller's memory
 * to page-locked memory on the host, from there by a stream of its own to a place on the device
 * that no kernel reads, and, when the step begins, to where kernels read it.
 *
 * <pre>
 *   caller --memcpy--> pinned, 2 slots --copy stream--> staged --main stream--> INPUT, COLOURS, LABELS
 *
 *   a slot, and what is staged: [ offsets, ids, confidences | mean, 1 / std | uint8 pixels, NHWC ]
 * </pre>
 */
final class StagedBatch {
    private static final long COLOURS_BYTES = 2L * Float.BYTES * TransferKernels.COLOURS;

    private final LossSteps loss;
    private final long coloursAt;
    private final long pixelsAt;
    private final long pixelBytes;
    private final PinnedRing ring;
    private final Stream copies;
    private final Event arrived;
    private final Event taken;
    private final Shape image;
    private final int rows;
    private long staged;
    private long position;
    private boolean waiting;
    private boolean everTaken;

    StagedBatch(Device device, Compilation compilation, LossSteps loss) {
        this.loss = loss;
        image = compilation.program().inputs().get(0).shape();
        rows = compilation.rows();
        coloursAt = loss.labelBytes();
        pixelsAt = coloursAt + TaskBuilder.roundUp(COLOURS_BYTES);
        pixelBytes = (long) rows * image.elements();
        ring = new PinnedRing(device.gpu(), device.scope(), bytes(), "batches on their way");
        copies = device.own(device.gpu().stream());
        arrived = device.own(device.gpu().event(false));
        taken = device.own(device.gpu().event(false));
    }

    /** Returns how much of the device's memory it needs. */
    long bytes() {
        return pixelsAt + TaskBuilder.roundUp(pixelBytes);
    }

    /** Says where that memory is. */
    void liesAt(long address) {
        staged = address;
    }

    void send(EngineInput input, Labels labels, long at) {
        checkState(!waiting, "a batch has been sent already, and no step has taken it");
        checkArgument(
                input instanceof EngineInput.Pixels, "a device step takes pixels, not %s", input);
        checkArgument(
                input.batchSize() == rows,
                "a device step takes %s images, not %s",
                rows,
                input.batchSize());
        check(labels);
        long slot = ring.next();
        write(labels, slot);
        write((EngineInput.Pixels) input, slot);
        if (everTaken) {
            copies.waitFor(taken);
        }
        copyLabels(labels, slot);
        copies.copyToDevice(
                staged + coloursAt, slot + coloursAt, pixelsAt - coloursAt + pixelBytes);
        ring.sent(copies);
        copies.record(arrived);
        position = at;
        waiting = true;
    }

    private void check(Labels labels) {
        int used = used(labels);
        checkArgument(
                used <= loss.mostLabels(),
                "a batch of %s images has %s labels, a device step takes %s",
                rows,
                used,
                loss.mostLabels());
        for (int i = 0; i < used; i++) {
            int id = labels.ids()[i];
            checkArgument(
                    0 <= id && id < loss.classes(),
                    "label id %s is not in [0, %s)",
                    id,
                    loss.classes());
        }
    }

    private static int used(Labels labels) {
        return labels.offsets()[labels.offsets().length - 1];
    }

    private void write(Labels labels, long slot) {
        ByteBuffer to = HostMemory.bytes(slot, loss.labelBytes());
        to.asIntBuffer().put(labels.offsets());
        to.position((int) loss.idsAt())
                .slice()
                .order(to.order())
                .asIntBuffer()
                .put(labels.ids(), 0, used(labels));
        to.position((int) loss.confidencesAt())
                .slice()
                .order(to.order())
                .asFloatBuffer()
                .put(labels.confidences(), 0, used(labels));
    }

    private void write(EngineInput.Pixels pixels, long slot) {
        checkArgument(
                pixels.height() == image.height() && pixels.width() == image.width(),
                "images of %s x %s do not fit the graph's input",
                pixels.height(),
                pixels.width());
        ByteBuffer scaling = HostMemory.bytes(slot + coloursAt, COLOURS_BYTES);
        pixels.mean().forEach(scaling::putFloat);
        pixels.std().forEach(std -> scaling.putFloat(1 / std));
        HostMemory.copy(slot + pixelsAt, pixels.nhwc(), pixelBytes);
    }

    /** Only as many as there are: there is room for far more. */
    private void copyLabels(Labels labels, long slot) {
        copies.copyToDevice(staged, slot, (long) Integer.BYTES * labels.offsets().length);
        if (used(labels) > 0) {
            long bytes = (long) Integer.BYTES * used(labels);
            copies.copyToDevice(staged + loss.idsAt(), slot + loss.idsAt(), bytes);
            copies.copyToDevice(staged + loss.confidencesAt(), slot + loss.confidencesAt(), bytes);
        }
    }

    /**
     * Lets the main stream take the batch.
     *
     * @return its position in the run
     */
    long take(Stream main, ToLongFunction<Place> addresses) {
        checkState(waiting, "no batch has been sent");
        main.waitFor(arrived);
        main.copyOnDevice(
                addresses.applyAsLong(Place.in(Region.LABELS, 0)), staged, loss.labelBytes());
        main.copyOnDevice(
                addresses.applyAsLong(Place.in(Region.COLOURS, 0)),
                staged + coloursAt,
                COLOURS_BYTES);
        main.copyOnDevice(
                addresses.applyAsLong(Place.buffer(Region.INPUT, 0)),
                staged + pixelsAt,
                pixelBytes);
        main.record(taken);
        everTaken = true;
        waiting = false;
        return position;
    }
}
