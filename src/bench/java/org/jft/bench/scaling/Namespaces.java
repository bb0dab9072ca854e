package org.jft.bench.scaling;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rates;
import org.jft.cluster.forecast.Carrier;
import org.jft.cluster.forecast.ExchangeForecast;
import org.jft.cluster.forecast.ExchangeForecast.Algorithm;
import org.jft.cluster.launch.WorkerCommand;
import org.jft.core.failure.Category;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.JftException;
import org.jft.hosts.ExchangeTimes;
import org.jft.hosts.ExchangeWorker;
import org.jft.hosts.LinkSpeed;
import org.jft.hosts.NamespaceHosts;
import picocli.CommandLine.Option;

/**
 * The part of {@code jft-bench scaling} that makes hosts: network namespaces with links of a rate,
 * one worker each, and the measured all-reduce beside the forecast for that link. All hosts share
 * this machine's cores, so links that are faster than these push bytes would measure the cores;
 * what they push is measured first, without a limit, and the forecast is no faster.
 */
final class Namespaces {
    private static final double UNLIMITED = 200; // Gb/s, which no core pushes
    private static final List<String> TRANSPORTS = List.of("tcp", "udp");

    @Option(
            names = "--namespaces",
            paramLabel = "N",
            description =
                    "Measure an all-reduce of --mebibytes between N hosts that are network"
                            + " namespaces, over links of --link Gb/s, beside the forecast. Root.")
    private int count;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES,BYTES",
            split = ",",
            defaultValue = "1500",
            description = "With --namespaces: bytes of a packet (default: ${DEFAULT-VALUE}).")
    private List<Integer> mtus;

    @Option(
            names = "--loss-percent",
            paramLabel = "P",
            defaultValue = "0",
            description = "With --namespaces: packets that get lost (default: ${DEFAULT-VALUE}).")
    private double lossPercent;

    /** Returns whether namespaces are asked for. */
    boolean asked() {
        return count > 0;
    }

    void print(Forecast forecast, BenchOptions options) throws IOException, InterruptedException {
        if (count < 2 || !forecast.asked()) {
            throw new ConfigException("--namespaces needs two hosts at least, and --link");
        }
        LinkSpeed any = LinkSpeed.of(1, 1500).withLoss(lossPercent / 100);
        NamespaceHosts.obstacle(any)
                .ifPresent(
                        obstacle -> {
                            throw new ConfigException("--namespaces: " + obstacle);
                        });
        if (forecast.latencyUs() != null && !NamespaceHosts.canDelay()) {
            throw new ConfigException(
                    "--latency-us: this kernel cannot delay packets, it lacks sch_netem");
        }
        Constants here = Constants.measure();
        List<BenchRow> rows = new ArrayList<>();
        for (int mtu : mtus) {
            List<ExchangeTimes> free = run(LinkSpeed.of(UNLIMITED, mtu), forecast, options);
            for (double gigabits : forecast.links()) {
                List<ExchangeTimes> times = run(link(gigabits, mtu, forecast), forecast, options);
                for (int i = 0; i < times.size(); i++) {
                    rows.add(row(gigabits, mtu, times.get(i), free.get(i), forecast, here));
                }
            }
        }
        options.print(rows);
    }

    private LinkSpeed link(double gigabits, int mtu, Forecast forecast) {
        Duration delay =
                forecast.latencyUs() == null
                        ? Duration.ZERO
                        : Duration.ofNanos(Math.round(1e3 * forecast.latencyUs()));
        return new LinkSpeed(gigabits, delay, lossPercent / 100, mtu);
    }

    private BenchRow row(
            double gigabits,
            int mtu,
            ExchangeTimes times,
            ExchangeTimes free,
            Forecast forecast,
            Constants here) {
        Carrier carrier = Carrier.valueOf(times.transport().toUpperCase(Locale.ROOT));
        double byLink =
                ExchangeForecast.ofLink(
                                gigabits,
                                carrier,
                                mtu,
                                Carrier.VIRTUAL_ETHERNET,
                                times.hopSeconds(),
                                here.addedPerSecond())
                        .seconds(Algorithm.RING, count, forecast.bytes());
        double byCores = 1 / rates(free).median();
        return new BenchRow(
                "scaling",
                String.format(
                        Locale.ROOT,
                        "%d hosts, %s Gb/s, %s, packets of %d%s",
                        count,
                        gigabits,
                        times.transport(),
                        mtu,
                        byCores > byLink ? " (these cores are slower)" : ""),
                rates(times),
                "forecast",
                Rates.of(List.of(1 / Math.max(byLink, byCores))),
                "exchanges/s",
                ImmutableMap.<String, Object>builder()
                        .put("hosts", count)
                        .put("link_gigabits", gigabits)
                        .put("mtu", mtu)
                        .put("loss_percent", lossPercent)
                        .put("transport", times.transport())
                        .put("by_link", 1 / byLink)
                        .put("by_cores", 1 / byCores)
                        .put("latency_us", 1e6 * times.hopSeconds())
                        .build());
    }

    private static Rates rates(ExchangeTimes times) {
        return Rates.of(times.seconds().stream().map(seconds -> 1 / seconds).toList());
    }

    private List<ExchangeTimes> run(LinkSpeed link, Forecast forecast, BenchOptions options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>();
        arguments.add(String.valueOf(Math.round(forecast.bytes() / Float.BYTES)));
        arguments.add(String.valueOf(options.rounds()));
        arguments.add(Algorithm.RING.name());
        arguments.addAll(TRANSPORTS);
        WorkerCommand command =
                WorkerCommand.likeThisJvm(ExchangeWorker.class.getName(), arguments);
        List<String> line = new ArrayList<>(List.of(command.java().toString()));
        line.addAll(command.jvmFlags());
        line.addAll(List.of("-cp", command.classPath(), command.mainClass()));
        line.addAll(command.arguments());
        try (NamespaceHosts hosts = NamespaceHosts.create(count, link)) {
            List<Process> workers = new ArrayList<>();
            for (int rank = 0; rank < count; rank++) {
                ProcessBuilder builder = new ProcessBuilder(hosts.on(rank, line));
                builder.redirectError(ProcessBuilder.Redirect.INHERIT);
                builder.environment()
                        .putAll(
                                Map.of(
                                        "RANK", String.valueOf(rank),
                                        "WORLD_SIZE", String.valueOf(count),
                                        "MASTER_ADDR", hosts.address(0),
                                        "MASTER_PORT", "29500",
                                        "JFT_JOB", "bench"));
                workers.add(builder.start());
            }
            String said =
                    new String(
                            workers.get(0).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            for (Process worker : workers) {
                if (worker.waitFor() != 0) {
                    throw new JftException(
                            Category.ABORT_RUN, "a worker failed, it has said why above");
                }
            }
            return said.lines().map(ExchangeTimes::parse).toList();
        }
    }
}
