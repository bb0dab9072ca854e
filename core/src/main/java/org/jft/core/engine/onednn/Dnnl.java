package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToIntFunction;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * oneDNN's CPU engine and stream, and the owner of every native handle made with them and of the
 * memory they work on: JavaCPP frees none of these by itself. One owner thread.
 */
final class Dnnl implements AutoCloseable {
    private final Deque<Runnable> destroyers = new ArrayDeque<>();
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();

    Dnnl() {
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "engine");
        own(engine, dnnl::dnnl_engine_destroy);
        int status = dnnl_stream_create(stream, engine, dnnl_stream_default_flags);
        if (status != dnnl_success) {
            close();
        }
        check(status, "stream");
        own(stream, dnnl::dnnl_stream_destroy);
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    /** Takes over a handle; destroyed at close, the last one first. */
    <T extends Pointer> T own(T handle, ToIntFunction<T> destroy) {
        destroyers.push(() -> destroy.applyAsInt(handle));
        return handle;
    }

    /** Takes over a block; freed at close, if not before. */
    Block own(Block block) {
        destroyers.push(block::close);
        return block;
    }

    /** Describes a tensor in one of oneDNN's named layouts. */
    dnnl_memory_desc describe(int type, int tag, long... dimensions) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        check(
                dnnl.dnnl_memory_desc_create_with_tag(
                        description, dimensions.length, dimensions, type, tag),
                "memory descriptor");
        return own(description, dnnl::dnnl_memory_desc_destroy);
    }

    /** Returns new attributes: working memory comes from us. */
    dnnl_primitive_attr attributes() {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl.dnnl_primitive_attr_create(attributes), "attributes");
        own(attributes, dnnl::dnnl_primitive_attr_destroy);
        check(
                dnnl.dnnl_primitive_attr_set_scratchpad_mode(
                        attributes, dnnl.dnnl_scratchpad_mode_user),
                "attributes");
        return attributes;
    }

    /** Fails unless a call went well. */
    static void check(int status, String what) {
        if (status == dnnl_unimplemented) {
            throw new JftException(
                    Category.ABORT_RUN,
                    "oneDNN has no %s on this CPU; engine.name: nd4j runs anything"
                            .formatted(what));
        }
        if (status != dnnl_success) {
            throw new JftException(
                    Category.ABORT_RUN, "oneDNN failed with status %s: %s".formatted(status, what));
        }
    }

    @Override
    public void close() {
        while (!destroyers.isEmpty()) {
            destroyers.pop().run();
        }
    }
}
