package org.jft.train.loop;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jft.cluster.collective.Collective;
import org.jft.cluster.collective.Generation;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.launch.ElasticTeam;
import org.jft.cluster.launch.Team;
import org.jft.cluster.membership.CoordinatorLostException;
import org.jft.cluster.membership.InMemoryCoordinator;
import org.jft.cluster.membership.JobSize;
import org.jft.cluster.membership.Membership;
import org.jft.cluster.membership.Refusal;
import org.jft.cluster.membership.View;
import org.jft.cluster.protocol.Endpoint;
import org.jft.cluster.protocol.JobToken;
import org.jft.cluster.protocol.Standing;
import org.jft.cluster.transport.FrameWriter;
import org.jft.cluster.transport.InMemoryNetwork;
import org.jft.cluster.transport.Inbound;
import org.jft.cluster.transport.Lane;
import org.jft.cluster.transport.Outbound;
import org.jft.cluster.transport.Transport;
import org.jft.core.config.ClusterConfig.Wire;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.Engine;
import org.jft.core.engine.Engines;
import org.jft.core.topology.Topology;
import org.jft.data.order.BatchPartition;
import org.jft.data.pipeline.Batch;
import org.jft.data.pipeline.BatchLoader;
import org.jft.data.shard.SampleStore;
import org.jft.train.optimizer.Blocks;
import org.jft.train.optimizer.Optimizer;

/**
 * The workers of an elastic job as threads, who talk in memory: a network for each generation, so
 * that what a lost one still sends reaches nobody.
 */
final class Crew {
    /** What befalls a worker as it sends a frame. */
    interface Fate {
        /** Called before each frame, over all generations. */
        void beforeFrame(long number, Membership membership, Transport transport);
    }

    /** A worker is gone, from one instruction to the next: caught by nobody but the crew. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final RunConfig config;
    private final int classes;
    private final long steps;
    private final Feed.Source batches;
    private final InMemoryCoordinator coordinator;
    private final Map<Integer, InMemoryNetwork> networks = new ConcurrentHashMap<>();
    private final List<String> news = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private volatile boolean forgetful;

    Crew(RunConfig config, SampleStore store, int classes, long steps, JobSize size, Path folder) {
        this.config = config;
        this.classes = classes;
        this.steps = steps;
        batches = new StoreBatches(store, config, classes, folder);
        coordinator = new InMemoryCoordinator(size);
    }

    InMemoryCoordinator coordinator() {
        return coordinator;
    }

    /** Takes the coordinator out of everybody's reach, or brings it back. */
    void coordinatorIsAway(boolean now) {
        away = now;
    }

    /** The coordinator starts again and knows nobody. */
    void coordinatorLosesItsLog() {
        forgetful = true;
    }

    /** Returns what rank 0 has said of each generation. */
    List<String> news() {
        return news;
    }

    /**
     * Trains as one of the workers and returns its parameters, on this thread.
     *
     * @throws Killed if that is its fate
     */
    float[] work(String name, Fate fate, Cadence cadence) {
        Membership membership = coordinator.connect();
        AtomicLong frames = new AtomicLong();
        Standing self = new Standing(name, "here", 1, "same", Endpoint.NONE, Standing.NEWCOMER);
        Blocks blocks = new Blocks(1);
        try (Engine engine =
                        Engines.named("onednn")
                                .compile(
                                        TrainerTest.network(),
                                        config.train().microBatch(),
                                        config.engine());
                GradientExchange exchange = new GradientExchange();
                Team team =
                        new ElasticTeam(
                                new Reach(membership),
                                self,
                                () -> new Door(fate, frames, membership),
                                Duration.ofSeconds(20),
                                news::add)) {
            Optimizer optimizer =
                    new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks);
            TrainedModel model = new ReplicatedModel(config, classes, engine, optimizer, blocks);
            RunState state = new RunState(model, Optional::empty, System.nanoTime());
            new Trainer(config, model, state, steps, team, exchange).run(batches, cadence);
            team.leave();
            float[] parameters = new float[engine.parameters().remaining()];
            FloatBuffer live = engine.parameters();
            live.get(0, parameters);
            return parameters;
        } finally {
            blocks.close();
        }
    }

    /** Returns the parameters behind steps of so many micro batches each, taken by no trainer. */
    float[] byHand(List<Integer> microBatches) {
        int micro = config.train().microBatch();
        int nominal = config.train().globalBatch() / micro;
        int all = microBatches.stream().mapToInt(Integer::intValue).sum();
        StepClock clock = new StepClock(System.nanoTime());
        try (Blocks blocks = new Blocks(1);
                Engine engine =
                        Engines.named("onednn")
                                .compile(TrainerTest.network(), micro, config.engine());
                GradientExchange exchange = new GradientExchange();
                BatchLoader loader =
                        batches.open(
                                new BatchPartition(micro, micro, Topology.SOLO),
                                0,
                                all,
                                List.of(0L))) {
            Optimizer optimizer =
                    new Optimizer(config.train(), engine.layout(), engine.parameters(), blocks);
            HostStep local =
                    new HostStep(config, engine, classes, optimizer, blocks, exchange, false);
            for (int step = 0; step < microBatches.size(); step++) {
                int count = microBatches.get(step);
                double rate = config.train().schedule().learningRate() * ((double) count / nominal);
                local.begin(step, (double) step / microBatches.size(), rate, count);
                for (int i = 0; i < count; i++) {
                    try (Batch batch = loader.next()) {
                        local.add(batch, i, clock);
                    }
                }
                local.reduce(Collective.solo(), clock, RankReport.Wish.GO_ON);
                local.update(new Guard(Collective.solo()));
            }
            float[] parameters = new float[engine.parameters().remaining()];
            FloatBuffer live = engine.parameters();
            live.get(0, parameters);
            return parameters;
        }
    }

    /** A member's connection to a coordinator that may be away. */
    private final class Reach implements Membership {
        private final Membership membership;

        Reach(Membership membership) {
            this.membership = membership;
        }

        @Override
        public View regroup(Standing standing, OptionalInt suspect, Duration timeout) {
            if (away) {
                throw new CoordinatorLostException("no coordinator answers");
            }
            if (forgetful) {
                throw Refusal.FORGOTTEN.toException("the coordinator has lost its log");
            }
            return membership.regroup(standing, suspect, timeout);
        }

        @Override
        public Optional<String> ended() {
            return away ? Optional.empty() : membership.ended();
        }

        @Override
        public boolean newcomersWait() {
            return away || membership.newcomersWait(); // as was said last
        }

        @Override
        public boolean reachable() {
            return !away;
        }

        @Override
        public void hurry() {}

        @Override
        public void leave() {
            membership.leave();
        }

        @Override
        public void close() {
            membership.close();
        }
    }

    /** One worker's way into one generation. */
    private final class Door implements ElasticTeam.Opening {
        private final Fate fate;
        private final AtomicLong frames;
        private final Membership membership;

        Door(Fate fate, AtomicLong frames, Membership membership) {
            this.fate = fate;
            this.frames = frames;
            this.membership = membership;
        }

        @Override
        public Endpoint endpoint() {
            return Endpoint.NONE;
        }

        @Override
        public Collective join(View view, Generation generation) {
            Topology at = view.topology();
            if (at.worldSize() == 1) {
                return Collective.solo(generation);
            }
            Transport transport =
                    networks.computeIfAbsent(
                                    view.generation(), number -> new InMemoryNetwork(1 << 14))
                            .transport(at.rank());
            Collective ranks =
                    Collective.over(
                            new Doomed(transport),
                            at,
                            Plan.ring(at.worldSize()),
                            JobToken.of("crew").ofGeneration(view.generation()),
                            generation,
                            Wire.FLOAT32,
                            Duration.ofSeconds(20));
            ranks.barrier();
            return ranks;
        }

        @Override
        public void close() {}

        /** Streams that ask fate before they send. */
        private final class Doomed implements Transport {
            private final Transport transport;

            Doomed(Transport transport) {
                this.transport = transport;
            }

            @Override
            public Outbound outbound(int peer, Lane lane) {
                Outbound out = transport.outbound(peer, lane);
                return new Outbound() {
                    @Override
                    public int peer() {
                        return out.peer();
                    }

                    @Override
                    public int maxFrameLength() {
                        return out.maxFrameLength();
                    }

                    @Override
                    public boolean offer(int length, FrameWriter writer) {
                        fate.beforeFrame(frames.get(), membership, transport);
                        boolean sent = out.offer(length, writer);
                        frames.addAndGet(sent ? 1 : 0);
                        return sent;
                    }

                    @Override
                    public boolean connected() {
                        return out.connected();
                    }

                    @Override
                    public void close() {
                        out.close();
                    }
                };
            }

            @Override
            public Inbound inbound(int peer, Lane lane) {
                return transport.inbound(peer, lane);
            }

            @Override
            public void close() {
                transport.close();
            }
        }
    }
}
