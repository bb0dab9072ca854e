package org.jft.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.membership.ExpelledException;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker writes, and when it must not any more. */
class RunCadenceTest {
    private static final RunConfig CONFIG =
            ConfigLoader.parse(
                    """
                    data: {train: nowhere, image: {size: 8}}
                    model: {architecture: resnet8s}
                    train:
                      global_batch: 4
                      steps: 10
                      objective: softmax
                      optimizer: {kind: sgd}
                      schedule: {kind: constant, learning_rate: 0.05}
                      cadence: {metrics_every: 1, checkpoint_every: 5}
                    """,
                    "test");

    @TempDir private Path root;
    private final StepClock clock = new StepClock(System.nanoTime());
    private final Guard guard = new Guard(Collective.solo());
    private final TrainedModel model = emptyModel();
    private final RunState state = new RunState(model, Optional::empty, System.nanoTime());
    private final Leading lead = new Leading();
    private RunFolder folder;
    private RunCadence cadence;

    @BeforeEach
    void begin() throws Exception {
        folder = new RunFolder(Files.createDirectories(root.resolve("run")));
        RunCadence.Snapshot snapshot =
                new RunCadence.Snapshot(TrainerTest.network(), model, state, "data");
        cadence = new RunCadence(CONFIG, folder, 40, 10, snapshot, new LeaveSignal(() -> {}), lead);
        state.level(Collective.solo());
    }

    @Test
    void shouldWriteNothingMoreOnceAnotherGenerationWrites() throws Exception {
        meet(0);
        step();
        assertThat(Files.readAllLines(folder.metrics())).hasSize(1);

        lead.another = true;

        assertThatThrownBy(this::step).isInstanceOf(ExpelledException.class);
        assertThatThrownBy(cadence::checkpoint).isInstanceOf(ExpelledException.class);
        assertThatThrownBy(cadence::checkpointAlone).isInstanceOf(ExpelledException.class);
        assertThatThrownBy(() -> cadence.complete(Collective.solo()))
                .isInstanceOf(ExpelledException.class);
        assertThat(Files.readAllLines(folder.metrics())).hasSize(1);
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void shouldWriteTheCheckpointOfWorkersThatCannotMeetAsAnyOfThem() {
        meet(1);
        step();

        cadence.checkpoint();
        assertThat(checkpoints()).as("is rank 0's to write").isEmpty();
        assertThat(cadence.checkpointAlone()).isTrue();

        assertThat(checkpoints()).containsExactly(folder.checkpoints(1).file(1));
        assertThat(folder.checkpointOf(1).state().samples()).isEqualTo(4);
    }

    /**
     * Those of a generation before must have lost the folder when the newest checkpoint is read.
     */
    @Test
    void shouldTakeTheFolderOverBeforeItHasAState() {
        cadence.joined(new Topology(0, 2));
        assertThat(lead.joined).containsExactly(new Topology(0, 2));
        assertThat(folder.metrics()).doesNotExist();
    }

    private void meet(int rank) {
        cadence.joined(new Topology(rank, 2));
        cadence.met(clock);
    }

    private void step() {
        state.advance(4, 0.5, 0.05);
        cadence.after(state.stepsDone(), state.loss(), state.rate(), clock, guard);
    }

    private List<Path> checkpoints() {
        return folder.checkpoints(9).files();
    }

    /** Four parameters, which nobody trains. */
    private static TrainedModel emptyModel() {
        return (TrainedModel)
                Proxy.newProxyInstance(
                        TrainedModel.class.getClassLoader(),
                        new Class<?>[] {TrainedModel.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "parameters", "replicated" -> FloatBuffer.allocate(4);
                                    case "optimizerState" -> FloatBuffer.allocate(0);
                                    case "lossScale" -> Optional.empty();
                                    default -> null;
                                });
    }

    private static final class Leading implements RunCadence.Lead {
        final List<Topology> joined = new ArrayList<>();
        boolean another;

        @Override
        public void join(Topology at) {
            joined.add(at);
        }

        @Override
        public void begin() {}

        @Override
        public void require() {
            if (another) {
                throw new ExpelledException("another generation writes");
            }
        }

        @Override
        public boolean alone(Path file, Runnable write) {
            write.run();
            return true;
        }

        @Override
        public void complete(Topology at) {}
    }
}
