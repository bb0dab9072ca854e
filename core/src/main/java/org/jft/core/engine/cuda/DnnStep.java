package org.jft.core.engine.cuda;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.OperationGraph;

/**
 * Work that cuDNN does.
 *
 * @param places of the graph's bound arrays, in their order
 */
record DnnStep(OperationGraph graph, List<Place> places) implements Step {
    private static final Place WORKSPACE = Place.in(Place.Region.WORKSPACE, 0);

    DnnStep {
        places = List.copyOf(places);
    }

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        long[] bound = places.stream().mapToLong(addresses).toArray();
        long workspace = addresses.applyAsLong(WORKSPACE);
        Dnn.Plan plan = device.plans().choose(graph, bound, workspace);
        Work work = stream -> device.dnn().execute(plan, bound, workspace, stream);
        return work.named("%s by cuDNN's %s".formatted(graph.pattern(), plan.name()));
    }
}
