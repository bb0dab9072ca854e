package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several ways to do the same work. The work has one part or more: pieces of different tasks that
 * go together, because one reads what the other kept. All parts take the same way, the fastest of
 * those that the device has code for. It is chosen when the first part is prepared, over all parts
 * and in the memory that they will run in, which they overwrite; {@link Choices} keeps it by the
 * name of the work.
 */
final class Alternatives {
    private static final Logger LOG = LoggerFactory.getLogger(Alternatives.class);

    /** One of the ways: the steps of each part. */
    static final class Way {
        private final String name;
        private final Predicate<DeviceInfo> runsOn;
        private final List<List<Step>> parts = new ArrayList<>();

        private Way(String name, Predicate<DeviceInfo> runsOn) {
            this.name = name;
            this.runsOn = runsOn;
        }

        private Work prepare(Device device, ToLongFunction<Place> addresses) {
            return Alternatives.prepare(
                    parts.stream().flatMap(List::stream).toList(), device, addresses);
        }
    }

    private final String work;
    private final double slack;
    private final List<Way> ways = new ArrayList<>();
    private int parts;
    private Way taken;

    /**
     * Starts without a way.
     *
     * @param work what is done, with its shapes: equal work goes the same way
     * @param slack a way is taken before one that was added later if it takes at most so many times
     *     as long
     */
    Alternatives(String work, double slack) {
        this.work = work;
        this.slack = slack;
    }

    /** Adds a way, the most wanted first. */
    Way way(String name, Predicate<DeviceInfo> runsOn) {
        Way way = new Way(name, runsOn);
        ways.add(way);
        return way;
    }

    /** Adds a part and returns its step. */
    Step part(Map<Way, List<Step>> steps) {
        int part = parts++;
        ways.forEach(way -> way.parts.add(steps.get(way)));
        return (device, addresses) ->
                prepare(taken(device, addresses).parts.get(part), device, addresses);
    }

    private Way taken(Device device, ToLongFunction<Place> addresses) {
        if (taken == null) {
            List<Way> possible =
                    ways.stream().filter(way -> way.runsOn.test(device.gpu().info())).toList();
            taken =
                    possible.size() == 1
                            ? possible.get(0)
                            : remembered(possible, device, addresses)
                                    .orElseGet(() -> measure(possible, device, addresses));
        }
        return taken;
    }

    /** What a choice depends on besides the device: a new kernel or way is a new choice. */
    private String key() {
        return "%s by %s, kernels %s"
                .formatted(work, ways.stream().map(way -> way.name).toList(), Kernels.version());
    }

    private Optional<Way> remembered(
            List<Way> possible, Device device, ToLongFunction<Place> addresses) {
        Optional<String> name = device.choices().get(key());
        return possible.stream()
                .filter(way -> name.filter(way.name::equals).isPresent())
                .filter(way -> work(way, device, addresses).isPresent())
                .findFirst();
    }

    /** Makes a way ready, if there is code for all of it. */
    private Optional<Work> work(Way way, Device device, ToLongFunction<Place> addresses) {
        try {
            return Optional.of(way.prepare(device, addresses));
        } catch (CudaException.Unsupported e) {
            device.note("not by %s: %s".formatted(way.name, e.getMessage()));
            return Optional.empty();
        }
    }

    private Way measure(List<Way> possible, Device device, ToLongFunction<Place> addresses) {
        Map<Way, Work> ready = new LinkedHashMap<>(); // in the order of the ways
        for (Way way : possible) {
            work(way, device, addresses).ifPresent(work -> ready.put(way, work));
        }
        if (ready.isEmpty()) {
            return possible.get(0); // which says what is missing when it is prepared
        }
        Way best = ready.size() == 1 ? ready.keySet().iterator().next() : fastest(ready, device);
        device.choices().put(key(), best.name);
        return best;
    }

    private Way fastest(Map<Way, Work> ready, Device device) {
        Map<Way, Double> millis = new HashMap<>();
        double least = Double.POSITIVE_INFINITY;
        try (Stopwatch watch = new Stopwatch(device.gpu())) {
            for (Map.Entry<Way, Work> each : ready.entrySet()) {
                double time = watch.millis(each.getValue(), least);
                LOG.debug("{} by {}: {} ms", work, each.getKey().name, time);
                millis.put(each.getKey(), time);
                least = Math.min(least, time);
            }
        }
        double enough = slack * least;
        return ready.keySet().stream()
                .filter(way -> millis.get(way) <= enough)
                .findFirst()
                .orElseThrow();
    }

    /** Makes steps ready, to be enqueued one behind the other. */
    static Work prepare(List<Step> steps, Device device, ToLongFunction<Place> addresses) {
        return Work.sequence(steps.stream().map(step -> step.prepare(device, addresses)).toList());
    }
}
