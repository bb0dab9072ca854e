package org.jft.core.engine.cuda;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.EngineInput;
import org.jft.core.engine.cuda.Place.Region;
import org.jft.core.engine.cuda.TransferKernels.Feed;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Stream;
import org.jft.core.engine.program.Shape;

/** Takes what a pass is given to the device: numbers, inputs and their scaling. */
final class Feeder {
    private static final long COLOURS_AT = TaskBuilder.roundUp(PassNumbers.BYTES);

    private final Compilation compilation;
    private final Addresses addresses;
    private final Gpu gpu;
    private final Scope scope;
    private final long[] inputAt; // in a slot
    private final long slotBytes;
    private PinnedRing ring; // made when it is first needed: training on the device does without

    Feeder(Device device, Scope scope, Compilation compilation, Addresses addresses) {
        gpu = device.gpu();
        this.scope = scope;
        this.compilation = compilation;
        this.addresses = addresses;
        inputAt = new long[compilation.program().inputs().size()];
        long bytes = COLOURS_AT + TaskBuilder.roundUp(coloursBytes());
        for (int i = 0; i < inputAt.length; i++) {
            inputAt[i] = bytes;
            bytes += TaskBuilder.roundUp(compilation.inputBytes(i));
        }
        slotBytes = bytes;
    }

    private static long coloursBytes() {
        return 2L * Float.BYTES * TransferKernels.COLOURS;
    }

    /**
     * Enqueues the copies.
     *
     * @param numberBytes how many of the numbers are the host's to say
     * @return what each input is
     */
    List<Feed> send(
            List<EngineInput> inputs, PassNumbers numbers, long numberBytes, Stream stream) {
        if (ring == null) {
            ring = new PinnedRing(gpu, scope, slotBytes, "inputs on their way");
        }
        long slot = ring.next();
        numbers.write(HostMemory.bytes(slot, PassNumbers.BYTES));
        stream.copyToDevice(addresses.of(Place.numbers()), slot, numberBytes);
        List<Feed> feeds = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Shape shape = compilation.program().inputs().get(i).shape();
            long at = slot + inputAt[i];
            long to = addresses.of(Place.buffer(Region.INPUT, i));
            if (inputs.get(i) instanceof EngineInput.Pixels pixels) {
                colours(pixels, slot + COLOURS_AT, stream);
                stream.copyToDevice(to, at, pixels(pixels, shape, at));
                feeds.add(Feed.PIXELS);
            } else if (inputs.get(i) instanceof EngineInput.Tensor tensor) {
                stream.copyToDevice(to, at, floats(tensor, shape, at));
                feeds.add(Feed.FLOATS);
            }
        }
        ring.sent(stream);
        return feeds;
    }

    private void colours(EngineInput.Pixels pixels, long at, Stream stream) {
        ByteBuffer scaling = HostMemory.bytes(at, coloursBytes());
        pixels.mean().forEach(scaling::putFloat);
        pixels.std().forEach(std -> scaling.putFloat(1 / std));
        stream.copyToDevice(addresses.of(Place.in(Region.COLOURS, 0)), at, coloursBytes());
    }

    private static long pixels(EngineInput.Pixels given, Shape shape, long at) {
        checkArgument(
                shape.channels() == TransferKernels.COLOURS
                        && given.height() == shape.height()
                        && given.width() == shape.width(),
                "images of %s x %s do not fit the graph's input",
                given.height(),
                given.width());
        long bytes = (long) given.batchSize() * shape.elements();
        HostMemory.copy(at, given.nhwc(), bytes);
        return bytes;
    }

    private static long floats(EngineInput.Tensor given, Shape shape, long at) {
        long count = (long) given.batchSize() * shape.elements();
        checkArgument(
                given.values().remaining() >= count,
                "input holds %s values, expected %s",
                given.values().remaining(),
                count);
        HostMemory.copy(at, given.values(), count);
        return Float.BYTES * count;
    }
}
