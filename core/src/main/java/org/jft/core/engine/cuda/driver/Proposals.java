package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_ENGINE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINECFG_KNOB_CHOICES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINEHEUR_RESULTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_GLOBAL_INDEX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BEHAVIOR_NOTE_TYPE_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_A;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_B;
import static org.bytedeco.cuda.global.cudnn.CUDNN_HEUR_MODE_FALLBACK;
import static org.bytedeco.cuda.global.cudnn.CUDNN_KNOB_TYPE_COUNTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_FFT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4;
import static org.bytedeco.cuda.global.cudnn.CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BEHAVIOR_NOTE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HEUR_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_KNOB_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_NUMERICAL_NOTE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;

/**
 * What cuDNN's heuristics propose for a graph, the best guess first: mode A, then B, then the
 * fallback list. A mode or a proposal that fails is left out, for another is as good.
 */
final class Proposals implements AutoCloseable {
    private static final int[] MODES = {
        CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK
    };
    // A transform is exact on paper only: it adds and subtracts numbers larger than the result.
    private static final Set<Integer> ROUNDING =
            Set.of(
                    CUDNN_NUMERICAL_NOTE_TENSOR_CORE,
                    CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS,
                    CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
                    CUDNN_NUMERICAL_NOTE_FFT,
                    CUDNN_NUMERICAL_NOTE_WINOGRAD,
                    CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4,
                    CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6,
                    CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13);

    /**
     * An engine with its knobs set.
     *
     * @param name the engine's number and the knobs, the same in every process
     * @param notes what cuDNN says of its numbers
     * @param compiles whether its code is compiled when a plan is built, which takes a second
     */
    record Proposal(
            cudnnBackendDescriptor_t configuration,
            String name,
            Set<Integer> notes,
            boolean compiles) {
        /** Returns whether float32 stays float32 on the way. */
        boolean exact() {
            return notes.stream().noneMatch(ROUNDING::contains);
        }

        /** Returns whether two runs give the same bits. */
        boolean repeatable() {
            return !notes.contains(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
        }
    }

    private final cudnnBackendDescriptor_t operations;
    private final String subject;
    private final Refusals refusals = new Refusals();
    private final Descriptors own;

    /**
     * Starts.
     *
     * @param operations the graph, which outlives this
     * @param subject the graph and the device, for messages
     */
    Proposals(cudnnBackendDescriptor_t operations, String subject) {
        this.operations = operations;
        this.subject = subject;
        own = new Descriptors(subject);
    }

    /** Returns what is proposed, each once. */
    List<Proposal> all() {
        List<Proposal> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int mode : MODES) {
            for (cudnnBackendDescriptor_t configuration : ask(mode)) {
                try {
                    Proposal proposal = read(configuration);
                    if (seen.add(proposal.name())) {
                        all.add(proposal);
                    }
                } catch (CudaException e) {
                    refusals.add(e);
                }
            }
        }
        return all;
    }

    private List<cudnnBackendDescriptor_t> ask(int mode) {
        try {
            cudnnBackendDescriptor_t heuristic = own.create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
            own.setDescriptor(heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, operations);
            own.setEnum(heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode);
            own.finish(heuristic);
            return own.getDescriptors(
                    heuristic,
                    CUDNN_ATTR_ENGINEHEUR_RESULTS,
                    CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                    own.count(heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS));
        } catch (CudaException e) {
            refusals.add(e);
            return List.of();
        }
    }

    private Proposal read(cudnnBackendDescriptor_t configuration) {
        try (Descriptors parts = new Descriptors(subject)) {
            cudnnBackendDescriptor_t engine =
                    parts
                            .getDescriptors(
                                    configuration,
                                    CUDNN_ATTR_ENGINECFG_ENGINE,
                                    CUDNN_BACKEND_ENGINE_DESCRIPTOR,
                                    1)
                            .stream()
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new CudaException(
                                                    "cuDNN proposes no engine's knobs for "
                                                            + subject));
            Set<Integer> numbers =
                    parts.getEnums(
                            engine,
                            CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                            CUDNN_TYPE_NUMERICAL_NOTE,
                            CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
            Set<Integer> behaviour =
                    parts.getEnums(
                            engine,
                            CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                            CUDNN_TYPE_BEHAVIOR_NOTE,
                            CUDNN_BEHAVIOR_NOTE_TYPE_COUNT);
            return new Proposal(
                    configuration,
                    name(parts, engine, configuration),
                    numbers,
                    behaviour.contains(CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION));
        }
    }

    private static String name(
            Descriptors parts,
            cudnnBackendDescriptor_t engine,
            cudnnBackendDescriptor_t configuration) {
        StringBuilder name = new StringBuilder("engine");
        name.append(parts.getLong(engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX));
        // How many knobs there are is only said to who brings room for all.
        for (cudnnBackendDescriptor_t knob :
                parts.getDescriptors(
                        configuration,
                        CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                        CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR,
                        CUDNN_KNOB_TYPE_COUNTS)) {
            int type = parts.getEnum(knob, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE);
            name.append(' ').append(type).append('=');
            name.append(parts.getLong(knob, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE));
        }
        return name.toString();
    }

    /** Remembers that a proposal did not become a plan. */
    void refused(CudaException refusal) {
        refusals.add(refusal);
    }

    /** Returns what to throw if none did. */
    CudaException reason() {
        return refusals.reason(subject);
    }

    /** Gives a proposal's configuration to who lets it live longer than this. */
    void hand(Proposal proposal, Descriptors to) {
        own.hand(proposal.configuration(), to);
    }

    @Override
    public void close() {
        own.close();
    }
}
