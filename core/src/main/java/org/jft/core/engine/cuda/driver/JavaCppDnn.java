package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_ENGINE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_KNOB_CHOICES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_GLOBAL_INDEX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_A;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_B;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_FALLBACK;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_KNOB_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NUMERICAL_NOTE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;

/** cuDNN over its backend interface. */
final class JavaCppDnn implements Dnn {
    private static final int[] MODES = {
        CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK
    };
    private static final int MOST_PROPOSALS = 64; // of a mode

    private final String device;
    private final cudnnContext handle = new cudnnContext();
    private final Map<OperationGraph, Described> graphs = new HashMap<>();

    JavaCppDnn(String device) {
        this.device = device;
        Descriptors.check(cudnn.cudnnCreate(handle), "cudnnCreate", device);
    }

    @Override
    public long version() {
        return cudnn.cudnnGetVersion();
    }

    @Override
    public List<Plan> plans(OperationGraph graph, int most, long workspaceBytes, boolean exact) {
        Described described = describe(graph);
        List<Plan> plans = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (int mode : MODES) {
            if (plans.size() >= most) {
                break;
            }
            try (Descriptors proposals = new Descriptors(described.subject())) {
                for (cudnnBackendDescriptor_t choice : described.propose(proposals, mode)) {
                    boolean wanted = !exact || exact(proposals, choice);
                    if (plans.size() < most && seen.add(name(proposals, choice)) && wanted) {
                        described
                                .build(choice, name(proposals, choice), workspaceBytes)
                                .ifPresent(plans::add);
                    }
                }
            }
        }
        return plans;
    }

    @Override
    public Optional<Plan> plan(OperationGraph graph, String name) {
        Described described = describe(graph);
        for (int mode : MODES) {
            try (Descriptors proposals = new Descriptors(described.subject())) {
                for (cudnnBackendDescriptor_t choice : described.propose(proposals, mode)) {
                    if (name(proposals, choice).equals(name)) {
                        return described.build(choice, name, Long.MAX_VALUE);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Described describe(OperationGraph graph) {
        return graphs.computeIfAbsent(graph, Described::new);
    }

    private static cudnnBackendDescriptor_t engine(
            Descriptors proposals, cudnnBackendDescriptor_t choice) {
        return proposals
                .getDescriptors(
                        choice, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1)
                .get(0);
    }

    private static boolean exact(Descriptors proposals, cudnnBackendDescriptor_t choice) {
        for (int note :
                proposals.getEnums(
                        engine(proposals, choice),
                        CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                        CUDNN_TYPE_NUMERICAL_NOTE,
                        CUDNN_NUMERICAL_NOTE_TYPE_COUNT)) {
            if (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE
                    || note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) {
                return false;
            }
        }
        return true;
    }

    private static String name(Descriptors proposals, cudnnBackendDescriptor_t choice) {
        StringBuilder name = new StringBuilder("engine");
        name.append(proposals.getLong(engine(proposals, choice), CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
        for (cudnnBackendDescriptor_t knob :
                proposals.getDescriptors(
                        choice,
                        CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                        CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR,
                        Long.MAX_VALUE)) {
            name.append(' ')
                    .append(
                            (int)
                                    proposals.getNumber(
                                            knob,
                                            CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE,
                                            CUDNN_TYPE_KNOB_TYPE))
                    .append('=')
                    .append(proposals.getLong(knob, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
        }
        return name.toString();
    }

    @Override
    public void execute(Plan plan, long[] addresses, long workspace, Stream stream) {
        Descriptors.check(
                cudnn.cudnnSetStream(handle, ((JavaCppStream) stream).handle()),
                "cudnnSetStream",
                device);
        ((Built) plan).run(addresses, workspace);
    }

    @Override
    public void close() {
        graphs.values().forEach(Described::close);
        graphs.clear();
        if (!handle.isNull()) {
            Descriptors.check(cudnn.cudnnDestroy(handle), "cudnnDestroy", device);
            handle.setNull();
        }
    }

    /** A graph that cuDNN knows; lives as long as the library is open. */
    private final class Described implements AutoCloseable {
        private final OperationGraph graph;
        private final Descriptors descriptors;
        private final cudnnBackendDescriptor_t operations;
        private final long[] uids;
        private final long[] scalars; // addresses, behind those of the bound arrays

        Described(OperationGraph graph) {
            this.graph = graph;
            descriptors = new Descriptors(subject());
            try {
                GraphDescription description = new GraphDescription(descriptors, graph);
                operations = description.describe(handle);
                List<Array> given = new ArrayList<>(graph.bound());
                List<Array> values =
                        graph.arrays().stream().filter(a -> a.value().isPresent()).toList();
                given.addAll(values);
                uids = given.stream().mapToLong(description::uid).toArray();
                scalars =
                        values.stream()
                                .mapToLong(array -> descriptors.keep(array.value().orElseThrow()))
                                .toArray();
            } catch (RuntimeException e) {
                descriptors.close();
                throw e;
            }
        }

        String subject() {
            return graph + " on " + device;
        }

        /** Asks for engines, the best guess first; none if the mode has nothing to say. */
        List<cudnnBackendDescriptor_t> propose(Descriptors into, int mode) {
            try {
                cudnnBackendDescriptor_t heuristic =
                        into.create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
                into.setDescriptor(heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations);
                into.setEnum(heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
                into.finish(heuristic);
                return into.getDescriptors(
                        heuristic,
                        CUDNN_ATTR_ENGINEHEUR_RESULTS,
                        CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                        MOST_PROPOSALS);
            } catch (CudaException.Unsupported e) {
                return List.of();
            }
        }

        /** Builds a plan; empty if the engine turns the graph down or needs more memory. */
        Optional<Plan> build(cudnnBackendDescriptor_t choice, String name, long workspaceBytes) {
            Descriptors own = new Descriptors(subject());
            try {
                cudnnBackendDescriptor_t plan = own.create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
                own.setDescriptor(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, choice);
                own.setHandle(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
                own.finish(plan);
                long bytes = own.getLong(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
                if (bytes <= workspaceBytes) {
                    return Optional.of(new Built(this, own, plan, name, bytes));
                }
            } catch (CudaException e) {
                // An engine may be proposed and still fail to build; the next one is as good.
                own.close();
                return Optional.empty();
            }
            own.close();
            return Optional.empty();
        }

        @Override
        public void close() {
            descriptors.close();
        }
    }

    private final class Built implements Plan {
        private final Described graph;
        private final Descriptors own;
        private final cudnnBackendDescriptor_t plan;
        private final String name;
        private final long workspaceBytes;

        Built(
                Described graph,
                Descriptors own,
                cudnnBackendDescriptor_t plan,
                String name,
                long workspaceBytes) {
            this.graph = graph;
            this.own = own;
            this.plan = plan;
            this.name = name;
            this.workspaceBytes = workspaceBytes;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long workspaceBytes() {
            return workspaceBytes;
        }

        void run(long[] addresses, long workspace) {
            long[] all = new long[graph.uids.length];
            System.arraycopy(addresses, 0, all, 0, addresses.length);
            System.arraycopy(graph.scalars, 0, all, addresses.length, graph.scalars.length);
            try (Descriptors once = new Descriptors(graph.subject())) {
                cudnnBackendDescriptor_t pack = once.create(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
                once.setAddresses(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, all);
                once.setLongs(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, graph.uids);
                once.setAddresses(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
                once.finish(pack);
                Descriptors.check(
                        cudnn.cudnnBackendExecute(handle, plan, pack),
                        "cudnnBackendExecute of " + name,
                        graph.subject());
            }
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
