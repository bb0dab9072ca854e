package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jft.core.engine.cuda.Step.Work;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * Backward in parts, one {@link Segment} each. As soon as the gradients of one are final, a side
 * stream takes them away, while the next part runs on the main stream.
 */
final class BackwardParts {
    private record Part(Segment segment, Replay replay, Event done, Event away) {}

    private final Stream main;
    private final Stream side;
    private final List<Part> parts = new ArrayList<>();

    /**
     * Prepares.
     *
     * @param scope owns what is made
     * @param works one a segment
     */
    BackwardParts(
            Device device, Scope scope, Stream main, List<Segment> segments, List<Work> works) {
        this.main = main;
        side = scope.own(device.gpu().stream());
        for (int i = 0; i < segments.size(); i++) {
            parts.add(
                    new Part(
                            segments.get(i),
                            scope.own(new Replay(works.get(i))),
                            scope.own(device.gpu().event(false)),
                            scope.own(device.gpu().event(false))));
        }
    }

    /**
     * Enqueues backward.
     *
     * @param runner puts a part into the main stream
     */
    void run(Consumer<Replay> runner) {
        run(runner, segment -> {});
    }

    /**
     * Enqueues backward.
     *
     * @param runner puts a part into the main stream
     * @param last puts there what makes a part's gradients final
     */
    void run(Consumer<Replay> runner, Consumer<Segment> last) {
        for (Part part : parts) {
            runner.accept(part.replay());
            last.accept(part.segment());
            main.record(part.done());
        }
    }

    /** What the side stream does with the gradients of a part. */
    interface Taking {
        /** Enqueues. */
        void take(Segment segment, Stream side);
    }

    /** Enqueues what is done with each part once it is final. */
    void take(Taking taking) {
        for (Part part : parts) {
            side.waitFor(part.done());
            taking.take(part.segment(), side);
            side.record(part.away());
        }
    }

    /**
     * Waits for one part after the other to be taken away.
     *
     * @param then what the side stream does next with its gradients
     */
    void forEachTaken(Taking then) {
        for (Part part : parts) {
            part.away().synchronize();
            then.take(part.segment(), side);
        }
    }

    /** Lets later work of the main stream wait for the side stream. */
    void join(Event event) {
        side.record(event);
        main.waitFor(event);
    }
}
