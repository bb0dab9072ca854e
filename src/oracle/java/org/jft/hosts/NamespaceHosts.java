package org.jft.hosts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hosts on this machine: network namespaces, each with one interface of a given rate, joined by a
 * switch, a bridge in a namespace of its own. Processes in them share files and cores, but reach
 * each other only over these links. Nothing outside the namespaces is touched, and all of it goes
 * with them: on {@link #close}, when this process is told to end, or, if it was killed, when the
 * next one makes hosts.
 *
 * <p>Rates are kept by a token bucket at both ends of a cable, as an interface sends and receives
 * no faster; delay and loss by netem where the kernel has it, else loss by nftables, and there is
 * no delay.
 */
public final class NamespaceHosts implements AutoCloseable {
    private static final String PREFIX = "jft-";
    private static final String NETWORK = "10.77.0.";
    private static final String SWITCH = "switch";
    private static final String BURST = "128k"; // two of the kernel's largest segments
    private static final String QUEUE = "20ms";

    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name =
            PREFIX + ProcessHandle.current().pid() + "-" + MADE.getAndIncrement();
    private final int count;
    private final boolean netem;
    private final Thread hook = new Thread(this::remove, "remove-namespaces");

    private NamespaceHosts(int count, boolean netem) {
        this.count = count;
        this.netem = netem;
    }

    /**
     * Returns why there can be no such hosts here, in one sentence, or nothing if there can.
     *
     * @param link what is asked of them
     */
    public static Optional<String> obstacle(LinkSpeed link) {
        if (!System.getProperty("user.name").equals("root")) {
            return Optional.of("network namespaces need root");
        }
        if (!succeeds("ip", "-V") || !succeeds("tc", "-V")) {
            return Optional.of("network namespaces need ip and tc (Debian package iproute2)");
        }
        String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
        try {
            if (!succeeds("ip", "netns", "add", probe)) {
                return Optional.of("this machine lets nobody make network namespaces");
            }
            if (!succeeds(
                    "tc", "-n", probe, "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "1gbit",
                    "burst", BURST, "latency", QUEUE)) {
                return Optional.of("this kernel limits no rates: it lacks sch_tbf");
            }
            if (link.loss() > 0 && !hasNetem(probe) && !succeeds("nft", "-v")) {
                return Optional.of(
                        "packets are lost by sch_netem, which this kernel lacks, or by nft (Debian"
                                + " package nftables), which is not here");
            }
            return Optional.empty();
        } finally {
            succeeds("ip", "netns", "del", probe);
        }
    }

    /** Returns whether delays can be added here: whether the kernel has netem. */
    public static boolean canDelay() {
        String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
        try {
            return succeeds("ip", "netns", "add", probe) && hasNetem(probe);
        } finally {
            succeeds("ip", "netns", "del", probe);
        }
    }

    /**
     * Makes hosts.
     *
     * @param link of each
     */
    public static NamespaceHosts create(int count, LinkSpeed link) {
        removeAbandoned();
        NamespaceHosts hosts = new NamespaceHosts(count, canDelay());
        Runtime.getRuntime().addShutdownHook(hosts.hook);
        try {
            hosts.make(link.mtu());
            hosts.shape(link);
            return hosts;
        } catch (RuntimeException e) {
            hosts.close();
            throw e;
        }
    }

    private void make(int mtu) {
        for (String namespace : namespaces()) {
            run("ip", "netns", "add", namespace);
            run("ip", "-n", namespace, "link", "set", "lo", "up");
        }
        run("ip", "-n", hub(), "link", "add", SWITCH, "type", "bridge");
        run("ip", "-n", hub(), "link", "set", SWITCH, "up");
        for (int host = 0; host < count; host++) {
            run(
                    "ip",
                    "link",
                    "add",
                    "eth0",
                    "netns",
                    namespace(host),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    port(host),
                    "netns",
                    hub());
            run("ip", "-n", hub(), "link", "set", port(host), "master", SWITCH, "up");
            run("ip", "-n", namespace(host), "addr", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", namespace(host), "link", "set", "eth0", "up");
        }
    }

    /** Changes all links. */
    public void shape(LinkSpeed link) {
        String mtu = String.valueOf(link.mtu());
        String rate = String.format(Locale.ROOT, "%.0fkbit", link.gigabits() * 1e6);
        for (int host = 0; host < count; host++) {
            run("ip", "-n", hub(), "link", "set", port(host), "mtu", mtu);
            run("ip", "-n", namespace(host), "link", "set", "eth0", "mtu", mtu);
            limit(namespace(host), "eth0", rate);
            limit(hub(), port(host), rate);
            if (netem) {
                String delay = link.delay().toNanos() / 1000 + "us";
                String loss = String.format(Locale.ROOT, "%.4f%%", 100 * link.loss());
                run(
                        "tc",
                        "-n",
                        namespace(host),
                        "qdisc",
                        "replace",
                        "dev",
                        "eth0",
                        "parent",
                        "1:1",
                        "handle",
                        "10:",
                        "netem",
                        "delay",
                        delay,
                        "loss",
                        loss,
                        "limit",
                        "10000");
            } else {
                lose(host, link.loss());
            }
        }
    }

    private static void limit(String namespace, String device, String rate) {
        run(
                "tc", "-n", namespace, "qdisc", "replace", "dev", device, "root", "handle", "1:",
                "tbf", "rate", rate, "burst", BURST, "latency", QUEUE);
    }

    /** Drops some of what comes in, unseen by who sent it. */
    private void lose(int host, double share) {
        if (succeeds("ip", "netns", "exec", namespace(host), "nft", "-v")) {
            run("ip", "netns", "exec", namespace(host), "nft", "flush ruleset");
            if (share > 0) {
                run(
                        "ip",
                        "netns",
                        "exec",
                        namespace(host),
                        "nft",
                        "add table inet jft; add chain inet jft in { type filter hook input"
                                + " priority 0; policy accept; }; add rule inet jft in iifname"
                                + " \"eth0\" numgen random mod 1000000 < "
                                + Math.round(1e6 * share)
                                + " drop");
            }
        }
    }

    /** Pulls a host's cable. */
    public void cut(int host) {
        run("ip", "-n", hub(), "link", "set", port(host), "nomaster");
    }

    /** Plugs it in again. */
    public void restore(int host) {
        run("ip", "-n", hub(), "link", "set", port(host), "master", SWITCH);
    }

    /** Returns where a host is reached by the others. */
    public String address(int host) {
        return NETWORK + (host + 1);
    }

    /** Returns a command line that runs another on a host. */
    public List<String> on(int host, List<String> line) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
        all.addAll(line);
        return all;
    }

    /** Ends what still runs on the hosts and removes them. */
    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ignored) {
            // It is running.
        }
    }

    private void remove() {
        namespaces().forEach(NamespaceHosts::remove);
    }

    private static void remove(String namespace) {
        for (String pid : output("ip", "netns", "pids", namespace).lines().toList()) {
            ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
        }
        succeeds("ip", "netns", "del", namespace);
    }

    /** Removes what a process that was killed has left. */
    private static void removeAbandoned() {
        for (String line : output("ip", "netns", "list").lines().toList()) {
            String namespace = line.split(" ")[0];
            if (namespace.matches(PREFIX + "\\d+-.+") && !lives(namespace.split("-")[1])) {
                remove(namespace);
            }
        }
    }

    private static boolean lives(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    private List<String> namespaces() {
        List<String> all = new ArrayList<>();
        for (int host = 0; host < count; host++) {
            all.add(namespace(host));
        }
        all.add(hub());
        return all;
    }

    private String namespace(int host) {
        return name + "-" + host;
    }

    private String hub() {
        return name + "-" + SWITCH;
    }

    private static String port(int host) {
        return "port" + host;
    }

    private static boolean hasNetem(String namespace) {
        return succeeds("tc", "-n", namespace, "qdisc", "replace", "dev", "lo", "root", "netem");
    }

    private static void run(String... line) {
        try {
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        "%s: %s".formatted(String.join(" ", line), said.strip()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(Arrays.toString(line), e);
        }
    }

    private static boolean succeeds(String... line) {
        try {
            Process process =
                    new ProcessBuilder(line)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String output(String... line) {
        try {
            Process process =
                    new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
