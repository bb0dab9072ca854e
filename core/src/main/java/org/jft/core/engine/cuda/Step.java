package org.jft.core.engine.cuda;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jft.core.engine.cuda.driver.Stream;

/** A piece of a task as it is compiled, without a GPU: what to run, over which places. */
interface Step {
    /** The piece, ready to be put into a stream again and again. */
    interface Work {
        /** Enqueues. */
        void enqueue(Stream stream);

        /** Returns the names of the code that runs: kernels of ours, engines of cuDNN. */
        default List<String> code() {
            return List.of();
        }

        /** Returns the same work with the name of its code. */
        default Work named(String name) {
            return new Named(name, this);
        }

        /** Returns works one behind the other. */
        static Work sequence(List<Work> works) {
            return new Sequence(works);
        }
    }

    /** Work and the name of its code. */
    record Named(String name, Work work) implements Work {
        @Override
        public void enqueue(Stream stream) {
            work.enqueue(stream);
        }

        @Override
        public List<String> code() {
            return List.of(name);
        }
    }

    /** Works one behind the other. */
    record Sequence(List<Work> works) implements Work {
        public Sequence {
            works = List.copyOf(works);
        }

        @Override
        public void enqueue(Stream stream) {
            for (Work work : works) {
                work.enqueue(stream);
            }
        }

        @Override
        public List<String> code() {
            return works.stream().flatMap(work -> work.code().stream()).toList();
        }
    }

    /**
     * Makes it ready: finds its code on a device.
     *
     * @param addresses of places; memory is there
     */
    Work prepare(Device device, ToLongFunction<Place> addresses);
}
