package org.jft.eval.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.Nearest;
import org.jft.core.config.RunConfig;
import org.jft.core.config.Subset;
import org.jft.core.config.SweepConfig;
import org.jft.core.config.SweepConfig.Budget;
import org.jft.core.failure.ConfigException;
import org.jft.core.model.Architectures;
import org.jft.train.optimizer.Schedule;

/** From a config and its {@code eval.sweep} to points: every combination of the axes, once. */
final class Grid {
    private final RunConfig base;
    private final SweepConfig axes;
    private final DataFacts facts;

    Grid(RunConfig base, DataFacts facts) {
        this.base = base;
        this.axes = base.eval().sweep();
        this.facts = facts;
    }

    /** What varies beside subset and seed; an axis that is left out has the one value null. */
    private record Cell(
            Budget budget,
            String architecture,
            String init,
            String variant,
            String noise,
            String objective) {}

    /** Returns the points, smallest subsets first, then by series, then by seed. */
    List<SweepPoint> points() {
        checkArchitectures();
        long rows = DataFacts.rows(base);
        Comparator<Subset> smallestFirst =
                Comparator.comparingDouble(subset -> subset.expectedRows(rows));
        List<Subset> subsets =
                base.eval().subsets().stream().distinct().sorted(smallestFirst).toList();
        List<Long> seeds = base.eval().seeds().stream().distinct().sorted().toList();
        List<SweepPoint> points = new ArrayList<>();
        for (Subset subset : subsets) {
            for (Cell cell : cells()) {
                for (long seed : seeds) {
                    points.add(point(cell, subset, seed));
                }
            }
        }
        return points;
    }

    private void checkArchitectures() {
        for (String name : axes.architecture()) {
            if (!Architectures.names().contains(name)) {
                throw new ConfigException(
                        "eval.sweep.architecture: no architecture '%s'; the nearest is '%s'"
                                .formatted(name, Nearest.to(name, Architectures.names())));
            }
        }
    }

    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Budget budget : orNull(axes.budget())) {
            for (String variant : orNull(axes.variants().keySet())) {
                for (String init : orNull(axes.init())) {
                    for (String architecture : orNull(axes.architecture())) {
                        cells.addAll(cells(budget, architecture, init, variant));
                    }
                }
            }
        }
        return cells;
    }

    private List<Cell> cells(Budget budget, String architecture, String init, String variant) {
        List<Cell> cells = new ArrayList<>();
        for (String noise : orNull(axes.noise().keySet())) {
            for (String objective : orNull(axes.objective().keySet())) {
                cells.add(new Cell(budget, architecture, init, variant, noise, objective));
            }
        }
        return cells;
    }

    private static <T> List<T> orNull(Collection<T> values) {
        List<T> some = new ArrayList<>(values);
        if (some.isEmpty()) {
            some.add(null);
        }
        return some;
    }

    private SweepPoint point(Cell cell, Subset subset, long seed) {
        RunConfig config = base;
        if (cell.architecture != null) {
            config =
                    ConfigLoader.with(
                            config,
                            List.of("model.architecture=" + cell.architecture),
                            "eval.sweep.architecture");
        }
        if (cell.variant != null) {
            config =
                    ConfigLoader.with(
                            config,
                            axes.overrides(cell.variant),
                            "eval.sweep.variants." + cell.variant);
        }
        if (cell.init != null) {
            String from = cell.init.equals(SweepConfig.RANDOM) ? "" : cell.init;
            config =
                    ConfigLoader.with(
                            config, List.of("model.init_from=" + from), "eval.sweep.init");
        }
        config = doubted(config, cell);
        String name =
                "%s-%s-%s-seed%s"
                        .formatted(
                                base.name(), config.model().architecture(), fileName(subset), seed);
        config =
                ConfigLoader.with(
                        config, List.of("name=" + name, "data.subset=" + subset, "seed=" + seed));
        config = budgeted(config, cell.budget);
        Optional<Long> images = facts.count(config, subset);
        SweepPoint point =
                new SweepPoint(
                        series(cell, config),
                        subset,
                        seed,
                        config,
                        optional(images),
                        steps(config, images));
        checkSchedule(point);
        return point;
    }

    /** A run too short for its schedule is better refused now than when its turn comes. */
    private static void checkSchedule(SweepPoint point) {
        try {
            point.steps().ifPresent(steps -> Schedule.of(point.config().train().schedule(), steps));
        } catch (ConfigException e) {
            throw new ConfigException("%s: %s".formatted(point, e.getMessage()), e);
        }
    }

    /** Gives the run the labels and the objective of a study of label noise. */
    private RunConfig doubted(RunConfig config, Cell cell) {
        RunConfig doubted = config;
        if (cell.noise != null) {
            String noise = ConfigLoader.inline(axes.noise().get(cell.noise));
            doubted =
                    ConfigLoader.with(
                            doubted,
                            List.of("data.labels.noise=" + noise),
                            "eval.sweep.noise." + cell.noise);
        }
        if (cell.objective != null) {
            String objective = ConfigLoader.inline(axes.objective().get(cell.objective));
            doubted =
                    ConfigLoader.with(
                            doubted,
                            List.of("train.objective=" + objective),
                            "eval.sweep.objective." + cell.objective);
        }
        return doubted;
    }

    /** Gives the run the steps of the whole set, if that is the budget and not so already. */
    private RunConfig budgeted(RunConfig config, Budget budget) {
        Double epochs = config.train().epochs();
        if (budget == Budget.EPOCHS && epochs == null) {
            throw new ConfigException(
                    "eval.sweep.budget=epochs needs train.epochs, but the config has train.steps=%s"
                            .formatted(config.train().steps()));
        }
        if (budget != Budget.STEPS || epochs == null) {
            return config;
        }
        long own =
                facts.count(config, config.data().subset())
                        .map(config.train()::stepCount)
                        .orElse(0L);
        long all = facts.count(config, Subset.ALL).map(config.train()::stepCount).orElse(0L);
        return own == all // the same run as on the other budget, by the same name
                ? config
                : ConfigLoader.with(config, List.of("train.epochs=", "train.steps=" + all));
    }

    private OptionalLong steps(RunConfig config, Optional<Long> images) {
        return images.isPresent() || config.train().steps() != null
                ? OptionalLong.of(config.train().stepCount(images.orElse(0L)))
                : OptionalLong.empty();
    }

    private static OptionalLong optional(Optional<Long> number) {
        return number.isPresent() ? OptionalLong.of(number.get()) : OptionalLong.empty();
    }

    private Series series(Cell cell, RunConfig config) {
        List<String> panel = new ArrayList<>();
        if (axes.variants().size() > 1) {
            panel.add(cell.variant);
        }
        if (axes.init().size() > 1) {
            boolean random = cell.init.equals(SweepConfig.RANDOM);
            panel.add(random ? "random start" : "from " + cell.init);
        }
        if (axes.budget().size() > 1) {
            panel.add(cell.budget == Budget.STEPS ? "equal steps" : "equal epochs");
        }
        String architecture = config.model().architecture();
        List<String> setting = new ArrayList<>(panel);
        if (axes.architecture().size() > 1) {
            setting.add(0, architecture);
        }
        if (axes.noise().size() > 1) {
            panel.add(cell.noise);
        }
        if (axes.objective().size() > 1) {
            panel.add(cell.objective);
        }
        List<String> all = new ArrayList<>(panel);
        if (axes.architecture().size() > 1 || panel.isEmpty()) {
            all.add(0, architecture);
        }
        return new Series(
                String.join(", ", all),
                String.join(", ", panel),
                architecture,
                String.join(", ", setting),
                cell.noise == null ? "" : cell.noise,
                cell.objective == null ? "" : cell.objective);
    }

    /** {@code 0_5pct}, {@code 30M}: no sign that a shell or a URL would read otherwise. */
    static String fileName(Subset subset) {
        return subset.toString().replace('.', '_').replace("%", "pct");
    }
}
