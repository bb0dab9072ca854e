package org.jft.core.engine.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.Dnn.Plan;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses cuDNN's plan for each operation graph: the fastest of the heuristics' first few, timed on
 * the device in the memory they will run in, which they overwrite.
 */
final class PlanChooser implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanChooser.class);
    private static final int CANDIDATES = 8;
    private static final String NONE = "none"; // among the choices: cuDNN has no engine

    private final Gpu gpu;
    private final Dnn dnn;
    private final boolean exact;
    private final Choices choices;
    private final Map<OperationGraph, Optional<Plan>> chosen = new HashMap<>();
    private final Map<OperationGraph, String> reasons = new HashMap<>(); // why there is none

    /**
     * Starts.
     *
     * @param exact whether engines are left out that round float32 to fewer bits
     */
    PlanChooser(Gpu gpu, Dnn dnn, boolean exact, Choices choices) {
        this.gpu = gpu;
        this.dnn = dnn;
        this.exact = exact;
        this.choices = choices;
    }

    /**
     * Chooses.
     *
     * @param addresses of the graph's bound arrays
     * @param workspace of {@link Compilation#WORKSPACE_BYTES}
     * @throws CudaException.Unsupported if cuDNN has no engine for the graph; says why, unless only
     *     an earlier process knew
     */
    Plan choose(OperationGraph graph, long[] addresses, long workspace) {
        Optional<Plan> known = chosen.get(graph);
        if (known == null) {
            known = remembered(graph).orElseGet(() -> measure(graph, addresses, workspace));
            chosen.put(graph, known);
        }
        return known.orElseThrow(
                () ->
                        new CudaException.Unsupported(
                                "cuDNN %s has no engine on %s for %s%s"
                                        .formatted(
                                                dnn.version(),
                                                gpu.info(),
                                                graph,
                                                reasons.getOrDefault(graph, ""))));
    }

    /** Returns what an earlier process found: nothing, that there is no engine, or one. */
    private Optional<Optional<Plan>> remembered(OperationGraph graph) {
        Optional<String> name = choices.get(graph.key());
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (name.get().equals(NONE)) {
            return Optional.of(Optional.empty());
        }
        try {
            Optional<Plan> plan = dnn.plan(graph, name.get(), Compilation.WORKSPACE_BYTES);
            return plan.isPresent() ? Optional.of(plan) : Optional.empty();
        } catch (CudaException e) {
            return Optional.empty();
        }
    }

    private Optional<Plan> measure(OperationGraph graph, long[] addresses, long workspace) {
        List<Plan> candidates;
        try {
            candidates = dnn.plans(graph, CANDIDATES, Compilation.WORKSPACE_BYTES, exact);
        } catch (CudaException e) {
            if (e instanceof CudaException.Unsupported) {
                choices.put(graph.key(), NONE);
            } else { // which may be otherwise next time
                requireDevice(e);
            }
            reasons.put(graph, ": " + e.getMessage());
            return Optional.empty();
        }
        return fastest(graph, candidates, addresses, workspace);
    }

    private Optional<Plan> fastest(
            OperationGraph graph, List<Plan> candidates, long[] addresses, long workspace) {
        Plan best = null;
        Plan kept = null;
        boolean broken = false;
        double least = Double.POSITIVE_INFINITY;
        try (Stopwatch watch = new Stopwatch(gpu)) {
            for (Plan plan : candidates) {
                try {
                    double millis =
                            watch.millis(
                                    stream -> dnn.execute(plan, addresses, workspace, stream),
                                    candidates.size() > 1 ? least : 0);
                    LOG.debug("{} {}: {} ms", graph, plan.name(), millis);
                    if (millis < least) {
                        best = plan;
                        least = millis;
                    }
                } catch (CudaException e) {
                    broken |= leftOut(graph, plan, e);
                }
            }
            kept = best;
        } finally {
            for (Plan plan : candidates) {
                if (plan != kept) {
                    plan.close();
                }
            }
        }
        if (kept != null) {
            choices.put(graph.key(), kept.name());
        } else if (!broken) { // what broke may run next time
            choices.put(graph.key(), NONE);
        }
        return Optional.ofNullable(kept);
    }

    /**
     * Goes on without a plan that does not run after all, unless the device went with it.
     *
     * @return whether it broke, rather than was turned down
     */
    private boolean leftOut(OperationGraph graph, Plan plan, CudaException reason) {
        if (reason instanceof CudaException.Unsupported) {
            LOG.debug("{}", reason.getMessage());
            return false;
        }
        requireDevice(reason);
        LOG.warn("{} of {} is left out: {}", plan.name(), graph, reason.getMessage());
        return true;
    }

    /** Throws if the device went with what failed. */
    private void requireDevice(CudaException reason) {
        try {
            gpu.synchronize();
        } catch (CudaException lost) {
            reason.addSuppressed(lost);
            throw reason;
        }
    }

    @Override
    public void close() {
        chosen.values().forEach(plan -> plan.ifPresent(Plan::close));
        chosen.clear();
    }
}
