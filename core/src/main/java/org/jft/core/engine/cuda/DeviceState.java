package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * What a training step on the device needs beside a pass, in one block:
 *
 * <pre>
 *   [ labels and losses | the optimizer's state | sums of gradients, if any | the next batch ]
 *     LABELS              STATE                   SUMS
 * </pre>
 *
 * and a page-locked vector on the host through which state and gradients travel.
 */
final class DeviceState implements ToLongFunction<Place> {
    /** The sums of gradients over micro batches. */
    static final Place SUMS = Place.in(Region.SUMS, 0);

    private final UpdateSteps update;
    private final Vectors vectors;
    private final Addresses others;
    private final FloatBuffer state; // the caller's
    private final boolean sums;
    private final long stateAt;
    private final long sumsAt;
    private final Memory block;
    private final Memory hostVector;

    /**
     * Allocates.
     *
     * @param others where places of a pass lie
     * @param sums whether there are several micro batches
     * @param state the caller's, [vectors x parameters]
     */
    DeviceState(
            Device device,
            LossSteps loss,
            UpdateSteps update,
            StagedBatch batch,
            Vectors vectors,
            Addresses others,
            boolean sums,
            FloatBuffer state) {
        checkArgument(
                state.remaining() == update.vectors() * update.layout().length(),
                "the optimizer's state has %s values, expected %s",
                state.remaining(),
                update.vectors() * update.layout().length());
        this.update = update;
        this.vectors = vectors;
        this.others = others;
        this.sums = sums;
        this.state = state.duplicate();
        stateAt = loss.bytes();
        sumsAt = stateAt + TaskBuilder.roundUp(update.bytes());
        long batchAt = sumsAt + (sums ? TaskBuilder.roundUp(vectors.bytes()) : 0);
        block = device.own(device.gpu().allocate(batchAt + batch.bytes(), "the optimizer's state"));
        batch.liesAt(block.address() + batchAt);
        long most = Math.max(vectors.bytes(), update.rangeBytes());
        hostVector = device.own(device.gpu().pin(most, "gradients on their way"));
    }

    /** Returns whether there is room for sums. */
    boolean sums() {
        return sums;
    }

    /** Returns the address of the vector on the host. */
    long hostVector() {
        return hostVector.address();
    }

    @Override
    public long applyAsLong(Place place) {
        return switch (place.region()) {
            case LABELS -> block.address() + place.offset();
            case STATE -> block.address() + stateAt + place.offset();
            case SUMS -> block.address() + sumsAt + place.offset();
            default -> others.of(place);
        };
    }

    /** Takes the caller's state to the device, and what the update needs to know. */
    void start(Stream stream) {
        HostMemory.zero(hostVector);
        update.writeRanges(HostMemory.bytes(hostVector.address(), update.rangeBytes()));
        stream.copyToDevice(
                applyAsLong(Place.in(Region.STATE, 0)), hostVector.address(), update.rangeBytes());
        stream.synchronize();
        int length = update.layout().length();
        for (int vector = 0; vector < update.vectors(); vector++) {
            FloatBuffer values = state.duplicate();
            values.position(state.position() + vector * length);
            HostMemory.copy(hostVector.address(), values, length);
            stream.copyToDevice(address(vector), hostVector.address(), vectors.bytes());
            stream.synchronize(); // the host's vector is used again
        }
    }

    /** Brings the state to the caller. */
    void settle(Stream stream) {
        int length = update.layout().length();
        for (int vector = 0; vector < update.vectors(); vector++) {
            stream.copyToHost(hostVector.address(), address(vector), vectors.bytes());
            stream.synchronize();
            state.put(
                    state.position() + vector * length,
                    HostMemory.floats(hostVector, length),
                    0,
                    length);
        }
    }

    private long address(int vector) {
        return applyAsLong(Place.in(Region.STATE, update.vectorAt(vector)));
    }
}
