package org.jft.core.engine.cuda;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.cuda.driver.CudaException;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.engine.cuda.driver.Dnn;
import org.jft.core.engine.cuda.driver.Dnn.Plan;
import org.jft.core.engine.cuda.driver.Event;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.OperationGraph;
import org.jft.core.engine.cuda.driver.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses cuDNN's plan for each operation graph: the fastest of the heuristics' first few, timed on
 * the device in the memory they will run in, which they overwrite. The choice is kept on disk by
 * GPU, driver, cuDNN, precision and graph, so that a second run starts at once and rounds alike.
 */
final class PlanChooser implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlanChooser.class);
    private static final int CANDIDATES = 8;
    private static final int WARM_UPS = 1;
    private static final int RUNS = 5;
    private static final String NONE = "none"; // in the cache: cuDNN has no engine

    private final Gpu gpu;
    private final Dnn dnn;
    private final boolean exact;
    private final String device;
    private final DiskCache cache;
    private final Map<OperationGraph, Optional<Plan>> chosen = new HashMap<>();

    PlanChooser(Gpu gpu, Dnn dnn, Precision precision, Path folder) {
        this.gpu = gpu;
        this.dnn = dnn;
        exact = precision == Precision.FP32;
        cache = new DiskCache(folder);
        DeviceInfo info = gpu.info();
        device =
                "%s sm_%d x%d, driver %d, CUDA %d, cuDNN %d, %s"
                        .formatted(
                                info.name(),
                                info.capability(),
                                info.processors(),
                                info.driverVersion(),
                                info.runtimeVersion(),
                                dnn.version(),
                                precision);
    }

    /** Returns what a choice is kept under. */
    String key(OperationGraph graph) {
        return device + ", " + graph.key();
    }

    /**
     * Chooses.
     *
     * @param addresses of the graph's bound arrays
     * @param workspace of {@link Compilation#WORKSPACE_BYTES}
     * @return empty if cuDNN has no engine for the graph
     */
    Optional<Plan> choose(OperationGraph graph, long[] addresses, long workspace) {
        Optional<Plan> known = chosen.get(graph);
        if (known == null) {
            known = fromCache(graph).orElseGet(() -> measure(graph, addresses, workspace));
            chosen.put(graph, known);
        }
        return known;
    }

    /** Returns what the cache knows: nothing, that there is no engine, or one. */
    private Optional<Optional<Plan>> fromCache(OperationGraph graph) {
        Optional<String> name =
                cache.get(key(graph)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (name.get().equals(NONE)) {
            return Optional.of(Optional.empty());
        }
        try {
            Optional<Plan> plan = dnn.plan(graph, name.get(), Compilation.WORKSPACE_BYTES);
            return plan.isPresent() ? Optional.of(plan) : Optional.empty();
        } catch (CudaException.Unsupported e) {
            return Optional.empty();
        }
    }

    private Optional<Plan> measure(OperationGraph graph, long[] addresses, long workspace) {
        Optional<Plan> best = fastest(graph, candidates(graph), addresses, workspace);
        String name = best.map(Plan::name).orElse(NONE);
        cache.put(key(graph), name.getBytes(StandardCharsets.UTF_8));
        return best;
    }

    private List<Plan> candidates(OperationGraph graph) {
        try {
            return dnn.plans(graph, CANDIDATES, Compilation.WORKSPACE_BYTES, exact);
        } catch (CudaException.Unsupported e) {
            LOG.debug("{}", e.getMessage());
            return List.of();
        }
    }

    private Optional<Plan> fastest(
            OperationGraph graph, List<Plan> candidates, long[] addresses, long workspace) {
        Plan best = null;
        Plan kept = null;
        double bestMillis = Double.POSITIVE_INFINITY;
        try (Stream stream = gpu.stream();
                Event before = gpu.event(true);
                Event after = gpu.event(true)) {
            for (Plan plan : candidates) {
                double millis = millis(plan, addresses, workspace, stream, before, after);
                LOG.debug("{} {}: {} ms", graph, plan.name(), millis);
                if (millis < bestMillis) {
                    best = plan;
                    bestMillis = millis;
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
        return Optional.ofNullable(kept);
    }

    /** Returns the time of a run, or infinity if the plan does not run after all. */
    private double millis(
            Plan plan, long[] addresses, long workspace, Stream stream, Event before, Event after) {
        try {
            for (int i = 0; i < WARM_UPS; i++) {
                dnn.execute(plan, addresses, workspace, stream);
            }
            stream.record(before);
            for (int i = 0; i < RUNS; i++) {
                dnn.execute(plan, addresses, workspace, stream);
            }
            stream.record(after);
            after.synchronize();
            return after.millisSince(before) / RUNS;
        } catch (CudaException.Unsupported e) {
            return Double.POSITIVE_INFINITY;
        }
    }

    @Override
    public void close() {
        chosen.values().forEach(plan -> plan.ifPresent(Plan::close));
        chosen.clear();
    }
}
