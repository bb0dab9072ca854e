package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.Arguments;
import org.jft.core.engine.cuda.driver.Grid;
import org.jft.core.engine.cuda.driver.KernelModule.Kernel;

/** A launch of one of our kernels; arguments are added in the order of its signature. */
final class Launch implements Step {
    private final String kernel;
    private final Grid grid;
    private final List<BiConsumer<Arguments, ToLongFunction<Place>>> arguments = new ArrayList<>();

    Launch(String kernel, Grid grid) {
        this.kernel = kernel;
        this.grid = grid;
    }

    /** Adds a pointer. */
    Launch at(Place place) {
        return add((into, addresses) -> into.address(addresses.applyAsLong(place)));
    }

    /** Adds a null pointer. */
    Launch none() {
        return add((into, addresses) -> into.address(0));
    }

    Launch with(int value) {
        return add((into, addresses) -> into.int32(value));
    }

    Launch with(long value) {
        return add((into, addresses) -> into.int64(value));
    }

    Launch with(float value) {
        return add((into, addresses) -> into.float32(value));
    }

    Launch with(double value) {
        return add((into, addresses) -> into.float64(value));
    }

    /** Adds a structure of numbers by value. */
    Launch structure(int... values) {
        return add((into, addresses) -> into.ints(values));
    }

    private Launch add(BiConsumer<Arguments, ToLongFunction<Place>> argument) {
        arguments.add(argument);
        return this;
    }

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        Kernel code = device.kernels().kernel(kernel);
        Arguments bound = new Arguments();
        arguments.forEach(argument -> argument.accept(bound, addresses));
        Work work = stream -> stream.launch(code, grid, bound);
        return work.named(kernel);
    }
}
