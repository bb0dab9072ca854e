package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.jft.core.engine.cuda.driver.OperationGraph.Array;
import org.jft.core.engine.cuda.driver.Proposals.Proposal;

/** cuDNN over its backend interface. */
final class JavaCppDnn implements Dnn {
    private static final int MOST_COMPILED = 2; // of a graph's plans
    private static final CUstream_st DEFAULT_STREAM = null; // never captured

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
        try (Proposals proposals = new Proposals(described.operations, described.subject)) {
            List<Proposal> wanted = proposals.all();
            if (exact && wanted.removeIf(proposal -> !proposal.exact()) && wanted.isEmpty()) {
                proposals.refused(
                        new CudaException.Unsupported(
                                "each engine of cuDNN rounds float32 to fewer bits for "
                                        + described.subject));
            }
            for (boolean repeatable : new boolean[] {true, false}) {
                List<Proposal> some =
                        wanted.stream().filter(p -> p.repeatable() == repeatable).toList();
                List<Plan> plans = described.build(proposals, some, most, workspaceBytes);
                if (!plans.isEmpty()) {
                    return plans;
                }
            }
            throw proposals.reason();
        }
    }

    @Override
    public Optional<Plan> plan(OperationGraph graph, String name, long workspaceBytes) {
        Described described = describe(graph);
        try (Proposals proposals = new Proposals(described.operations, described.subject)) {
            for (Proposal proposal : proposals.all()) {
                if (proposal.name().equals(name)) {
                    return Optional.of(described.build(proposals, proposal, workspaceBytes));
                }
            }
            return Optional.empty();
        } catch (CudaException e) {
            return Optional.empty(); // a search will say why
        }
    }

    private Described describe(OperationGraph graph) {
        leaveStream();
        return graphs.computeIfAbsent(graph, Described::new);
    }

    /**
     * Work was enqueued on a stream that may be closed by now, but the handle still knows it, and
     * cuDNN asks it about its stream when it makes a plan.
     */
    private void leaveStream() {
        Descriptors.check(cudnn.cudnnSetStream(handle, DEFAULT_STREAM), "cudnnSetStream", device);
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
            leaveStream();
            Descriptors.check(cudnn.cudnnDestroy(handle), "cudnnDestroy", device);
            handle.setNull();
        }
    }

    /** A graph that cuDNN knows; lives as long as the library is open. */
    private final class Described implements AutoCloseable {
        private final String subject; // for messages
        private final Descriptors descriptors;
        private final cudnnBackendDescriptor_t operations;
        private final long[] uids;
        private final long[] scalars; // addresses, behind those of the bound arrays

        Described(OperationGraph graph) {
            subject = graph + " on " + device;
            descriptors = new Descriptors(subject);
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

        /** Builds plans; the next proposal is as good as one that fails. */
        List<Plan> build(Proposals proposals, List<Proposal> some, int most, long workspaceBytes) {
            List<Plan> plans = new ArrayList<>();
            int compiled = 0;
            for (Proposal proposal : some) {
                if (plans.size() == most) {
                    break;
                }
                if (proposal.compiles() && compiled == MOST_COMPILED) {
                    continue;
                }
                try {
                    plans.add(build(proposals, proposal, workspaceBytes));
                    compiled += proposal.compiles() ? 1 : 0;
                } catch (CudaException e) {
                    proposals.refused(e);
                }
            }
            return plans;
        }

        /**
         * Builds a plan.
         *
         * @throws CudaException if the engine turns the graph down or needs more memory
         */
        Plan build(Proposals proposals, Proposal proposal, long workspaceBytes) {
            Descriptors own = new Descriptors(subject);
            try {
                proposals.hand(proposal, own);
                cudnnBackendDescriptor_t plan = own.create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
                own.setDescriptor(
                        plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal.configuration());
                own.setHandle(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
                own.finish(plan);
                long bytes = own.getLong(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
                if (bytes > workspaceBytes) {
                    throw new CudaException.Unsupported(
                            "%s of cuDNN needs %,d bytes of working memory, more than %,d, for %s"
                                    .formatted(proposal.name(), bytes, workspaceBytes, subject));
                }
                return new Built(this, own, plan, proposal.name(), bytes);
            } catch (CudaException e) {
                own.close();
                throw e;
            }
        }

        @Override
        public void close() {
            descriptors.close();
        }
    }

    private final class Built implements Plan {
        private final Described graph;
        private final Descriptors own; // the plan and, as long as it lives, its configuration
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
            try (Descriptors once = new Descriptors(graph.subject)) {
                cudnnBackendDescriptor_t pack = once.create(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
                once.setAddresses(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, all);
                once.setLongs(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, graph.uids);
                once.setAddresses(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
                once.finish(pack);
                int status = cudnn.cudnnBackendExecute(handle, plan, pack);
                if (status != 0) {
                    throw Descriptors.failure(
                            status, "cudnnBackendExecute of " + name, graph.subject);
                }
            }
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
