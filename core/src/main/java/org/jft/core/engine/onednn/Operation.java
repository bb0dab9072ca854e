package org.jft.core.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One oneDNN primitive with its arguments. Code is generated when it is bound, not before; a run
 * creates nothing.
 */
final class Operation implements Step {
    private record Argument(int role, dnnl_memory_desc description, Place place) {}

    private final Dnnl owner;
    private final dnnl_primitive_desc description;
    private final List<Argument> arguments = new ArrayList<>();
    private final List<dnnl_memory> memories = new ArrayList<>(); // as the arguments
    private final dnnl_primitive primitive = new dnnl_primitive();
    private dnnl_exec_arg_t list;

    Operation(Dnnl owner, dnnl_primitive_desc description) {
        this.owner = owner;
        this.description = description;
    }

    /**
     * Adds an argument.
     *
     * @param role one of oneDNN's DNNL_ARG numbers
     */
    Operation with(int role, dnnl_memory_desc memory, Place place) {
        arguments.add(new Argument(role, memory, place));
        return this;
    }

    /** Returns one name, such as {@code brgconv:avx512_core}. */
    @Override
    public List<String> implementations() {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            Dnnl.check(
                    dnnl.dnnl_primitive_desc_query(
                            description, dnnl.dnnl_query_impl_info_str, 0, text),
                    "implementation name");
            return List.of(text.get(BytePointer.class, 0).getString());
        }
    }

    @Override
    public void bind(ToLongFunction<Place> addresses) {
        if (list == null) {
            create();
        }
        for (int i = 0; i < arguments.size(); i++) {
            point(memories.get(i), addresses.applyAsLong(arguments.get(i).place()));
        }
    }

    private void create() {
        Dnnl.check(dnnl.dnnl_primitive_create(primitive, description), "primitive");
        owner.own(primitive, dnnl::dnnl_primitive_destroy);
        list = new dnnl_exec_arg_t(arguments.size());
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            dnnl_memory memory = new dnnl_memory();
            Dnnl.check(
                    dnnl.dnnl_memory_create(
                            memory, argument.description(), owner.engine(), new Address(0)),
                    "memory");
            memories.add(owner.own(memory, dnnl::dnnl_memory_destroy));
            list.position(i).arg(argument.role()).memory(memory);
        }
        list.position(0);
    }

    /** Lets an argument lie somewhere else from now on. */
    void point(int role, long address) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).role() == role) {
                point(memories.get(i), address);
            }
        }
    }

    private static void point(dnnl_memory memory, long address) {
        Dnnl.check(dnnl.dnnl_memory_set_data_handle(memory, new Address(address)), "memory");
    }

    @Override
    public void run() {
        Dnnl.check(
                dnnl_primitive_execute(primitive, owner.stream(), arguments.size(), list),
                "execution");
    }
}
