package org.jft.eval.sweep;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jft.core.config.ModelConfig;
import org.jft.core.config.OptimizerConfig;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engines;
import org.jft.train.loop.RunPlan;

/**
 * How long runs will take. Of runs with the same network, update rule, batch and workers, one that
 * is complete tells the time of a step of the others; of another network, it tells the time of an
 * operation. Before any is complete there is only a bound, the speed of a bare matrix multiply.
 */
public final class TimeEstimate {
    /** What decides the time of a step. */
    private record Kind(
            ModelConfig model,
            OptimizerConfig.Kind optimizer,
            int imageSize,
            int globalBatch,
            int micro,
            String where) {
        static Kind of(RunConfig config) {
            return new Kind(
                    config.model(),
                    config.train().optimizer().kind(),
                    config.data().image().size(),
                    config.train().globalBatch(),
                    config.train().microBatch(),
                    Engines.resolve(config).engine() + " x " + config.cluster().workers());
        }
    }

    /** What a step costs: its operations, and its time at best. */
    private record Cost(double flops, Optional<Double> bestSeconds) {
        static Cost of(RunConfig config) {
            RunPlan plan = RunPlan.of(config);
            return new Cost(
                    plan.model().forwardFlops() * config.train().globalBatch(),
                    plan.atBestSeconds().map(seconds -> seconds / plan.steps().orElseThrow()));
        }
    }

    private final Map<Kind, Cost> costs = new HashMap<>();
    private final Map<Kind, List<MeasuredRun>> measured = new HashMap<>();

    /** Learns from a run, if it is complete. */
    void learn(SweepRun run) {
        MeasuredRun.of(run)
                .ifPresent(
                        time -> {
                            cost(run.config());
                            measured.computeIfAbsent(
                                            Kind.of(run.config()), any -> new ArrayList<>())
                                    .add(time);
                        });
    }

    /** Returns whether a complete run has been seen; until then times are lower bounds. */
    public boolean calibrated() {
        return !measured.isEmpty();
    }

    /** Returns how long a run takes from where it stands; empty when its steps are not known. */
    public OptionalDouble secondsLeft(SweepRun run) {
        if (run.trained()) {
            return OptionalDouble.of(0);
        }
        Optional<Double> step = stepSeconds(run.config());
        return step.isEmpty() || run.steps().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        otherSeconds() + step.get() * (run.steps().getAsLong() - run.stepsDone()));
    }

    private Optional<Double> stepSeconds(RunConfig config) {
        List<MeasuredRun> same = measured.get(Kind.of(config));
        if (same != null) {
            return Optional.of(mean(same));
        }
        Cost own = cost(config);
        if (!calibrated()) {
            return own.bestSeconds;
        }
        double secondsPerFlop =
                measured.entrySet().stream()
                        .mapToDouble(e -> mean(e.getValue()) / costs.get(e.getKey()).flops)
                        .average()
                        .orElseThrow();
        return Optional.of(secondsPerFlop * own.flops);
    }

    private double otherSeconds() {
        return measured.values().stream()
                .flatMap(List::stream)
                .mapToDouble(MeasuredRun::otherSeconds)
                .average()
                .orElse(0);
    }

    private static double mean(List<MeasuredRun> runs) {
        return runs.stream().mapToDouble(MeasuredRun::stepSeconds).average().orElseThrow();
    }

    private Cost cost(RunConfig config) {
        return costs.computeIfAbsent(Kind.of(config), any -> Cost.of(config));
    }
}
