package org.jft.core.engine.cuda;

import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Work that cuDNN may have one engine for, as one piece, or that we do in pieces. The decision is
 * made on the device, once, and logged if it is for the pieces.
 *
 * @param whole graphs, the most wanted first; each with what follows it
 * @param pieces without cuDNN's engine
 */
record Alternatives(List<Way> whole, List<Step> pieces) implements Step {
    /** A graph, and the steps behind it. */
    record Way(DnnStep graph, List<Step> then) {}

    Alternatives {
        whole = List.copyOf(whole);
        pieces = List.copyOf(pieces);
    }

    @Override
    public Work prepare(Device device, ToLongFunction<Place> addresses) {
        for (Way way : whole) {
            Optional<Work> work = way.graph().find(device, addresses);
            if (work.isPresent()) {
                return sequence(work.get(), prepare(way.then(), device, addresses));
            }
            device.note(
                    "cuDNN has no engine for %s: the next way is taken"
                            .formatted(way.graph().graph()));
        }
        if (pieces.isEmpty()) {
            return whole.get(whole.size() - 1).graph().prepare(device, addresses); // says so
        }
        return prepare(pieces, device, addresses);
    }

    static Work prepare(List<Step> steps, Device device, ToLongFunction<Place> addresses) {
        List<Work> all = steps.stream().map(step -> step.prepare(device, addresses)).toList();
        return stream -> {
            for (Work work : all) {
                work.enqueue(stream);
            }
        };
    }

    private static Work sequence(Work first, Work second) {
        return stream -> {
            first.enqueue(stream);
            second.enqueue(stream);
        };
    }
}
