package org.jft.bench.scaling;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jft.bench.BenchOptions;
import org.jft.bench.BenchRow;
import org.jft.bench.Rates;
import org.jft.cluster.collective.Plan;
import org.jft.cluster.forecast.ExchangeForecast;
import org.jft.cluster.forecast.ExchangeForecast.Algorithm;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Option;

/** The part of {@code jft-bench scaling} that needs no hosts: links of a rate, by formula. */
final class Forecast {
    private static final int[] BUCKETS = {1, 4, 8};

    @Option(
            names = "--link",
            paramLabel = "GBIT,GBIT",
            split = ",",
            description =
                    "Run nothing: forecast the exchange of --workers 8..1024 hosts over links of"
                            + " these Gb/s, with this machine's latency and speed of adding.")
    private List<Double> links = new ArrayList<>();

    @Option(
            names = "--mebibytes",
            paramLabel = "N",
            defaultValue = "97.5",
            description =
                    "With --link: bytes of the gradient (default: ${DEFAULT-VALUE}, a ResNet-50).")
    private double mebibytes;

    @Option(
            names = "--compute-ms",
            paramLabel = "N",
            defaultValue = "160",
            description = "With --link: a step without exchange (default: ${DEFAULT-VALUE}).")
    private double computeMs;

    @Option(
            names = "--latency-us",
            paramLabel = "N",
            description = "With --link: of a message, instead of this machine's loopback.")
    private Double latencyUs;

    @Option(
            names = "--workers-per-host",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "With --link: workers that share a host and its link (default:"
                            + " ${DEFAULT-VALUE}).")
    private int perHost;

    /** Returns the rates of links, in Gb/s. */
    List<Double> links() {
        return links;
    }

    /** Returns the bytes of the gradient. */
    double bytes() {
        return mebibytes * (1 << 20);
    }

    /** Returns the latency that is asked for, in microseconds; null for none. */
    Double latencyUs() {
        return latencyUs;
    }

    /** Returns whether a forecast is asked for. */
    boolean asked() {
        return !links.isEmpty();
    }

    /**
     * Prints ours, the ring, against halving-doubling; with several workers a host ours, sums
     * inside hosts first, against the ring.
     */
    void print(List<Integer> workers, BenchOptions options)
            throws IOException, InterruptedException {
        if (mebibytes <= 0
                || computeMs <= 0
                || links.stream().anyMatch(rate -> rate <= 0)
                || perHost <= 0
                || latencyUs != null && latencyUs < 0) {
            throw new ConfigException(
                    "--link, --mebibytes, --compute-ms, --workers-per-host and --latency-us must be"
                            + " positive");
        }
        Constants here = Constants.measure();
        Constants constants =
                latencyUs == null
                        ? here
                        : new Constants(
                                latencyUs / 1e6,
                                here.addedPerSecond(),
                                here.insideBytesPerSecond());
        options.note(
                String.format(
                        Locale.ROOT,
                        "forecast, not measured: %.1f MiB a step of %.0f ms, %.1f us a message,"
                                + " %.1f GB/s added; %% of time spent computing",
                        mebibytes,
                        computeMs,
                        1e6 * constants.latency(),
                        constants.addedPerSecond() / 1e9));
        List<BenchRow> rows = new ArrayList<>();
        for (double link : links) {
            for (int count : workers) {
                rows.add(
                        perHost == 1
                                ? row(link, count, constants)
                                : hostsRow(link, count, constants, here));
            }
        }
        options.print(rows);
    }

    private BenchRow row(double link, int workers, Constants constants) {
        ExchangeForecast forecast =
                ExchangeForecast.ofLink(link, constants.latency(), constants.addedPerSecond());
        double bytes = bytes();
        double ring = forecast.seconds(Algorithm.RING, workers, bytes);
        double halving = forecast.seconds(Algorithm.HALVING_DOUBLING, workers, bytes);
        double withRing = efficiency(forecast, Algorithm.RING, workers, bytes);
        double withHalving = efficiency(forecast, Algorithm.HALVING_DOUBLING, workers, bytes);
        return new BenchRow(
                "scaling",
                String.format(
                        Locale.ROOT,
                        "%.0f Gb/s, %d workers: %.0f%%, %.0f%%",
                        link,
                        workers,
                        100 * withRing,
                        100 * withHalving),
                Rates.of(List.of(1 / ring)),
                "halving-doubling",
                Rates.of(List.of(1 / halving)),
                "exchanges/s",
                ImmutableMap.<String, Object>builder()
                        .put("forecast", true)
                        .put("workers", workers)
                        .put("link_gigabits", link)
                        .put("ours_efficiency", withRing)
                        .put("peer_efficiency", withHalving)
                        .put("latency_us", 1e6 * constants.latency())
                        .put("added_gigabytes_per_second", constants.addedPerSecond() / 1e9)
                        .build());
    }

    private BenchRow hostsRow(double link, int workers, Constants constants, Constants here) {
        if (workers % perHost != 0) {
            throw new ConfigException(
                    "--workers=%s is no multiple of --workers-per-host=%s"
                            .formatted(workers, perHost));
        }
        int hosts = workers / perHost;
        if (hosts == 1) {
            throw new ConfigException("--workers=%s are on one host".formatted(workers));
        }
        ExchangeForecast forecast =
                ExchangeForecast.ofLink(link, constants.latency(), constants.addedPerSecond());
        ExchangeForecast inside =
                new ExchangeForecast(
                        here.insideBytesPerSecond(), here.latency(), here.addedPerSecond());
        Algorithm between = hosts > Plan.RING_HOSTS ? Algorithm.HALVING_DOUBLING : Algorithm.RING;
        double bytes = bytes();
        double hierarchical = forecast.hierarchicalSeconds(between, hosts, perHost, bytes, inside);
        double ring = forecast.ringOverHostsSeconds(hosts, perHost, bytes, inside);
        return new BenchRow(
                "scaling",
                String.format(
                        Locale.ROOT,
                        "%.0f Gb/s, %d hosts of %d workers, inside first",
                        link,
                        hosts,
                        perHost),
                Rates.of(List.of(1 / hierarchical)),
                "one ring",
                Rates.of(List.of(1 / ring)),
                "exchanges/s",
                ImmutableMap.<String, Object>builder()
                        .put("forecast", true)
                        .put("workers", workers)
                        .put("workers_per_host", perHost)
                        .put("link_gigabits", link)
                        .put("latency_us", 1e6 * constants.latency())
                        .put("inside_gigabytes_per_second", here.insideBytesPerSecond() / 1e9)
                        .build());
    }

    private double efficiency(
            ExchangeForecast forecast, Algorithm algorithm, int workers, double bytes) {
        double best = 0;
        for (int buckets : BUCKETS) {
            best =
                    Math.max(
                            best,
                            forecast.efficiency(
                                    algorithm, workers, bytes, computeMs / 1e3, buckets));
        }
        return best;
    }
}
