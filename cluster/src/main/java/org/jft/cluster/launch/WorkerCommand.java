package org.jft.cluster.launch;

import com.google.common.collect.ImmutableMap;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a worker runs.
 *
 * @param java the java executable
 * @param jvmFlags everything between the executable and the main class but the class path
 * @param mainClass with a {@code main} that calls {@link ParentWatch#start} first
 * @param arguments of the main class
 * @param environment set on top of the launcher's own, for instance OMP_NUM_THREADS
 */
public record WorkerCommand(
        Path java,
        List<String> jvmFlags,
        String classPath,
        String mainClass,
        List<String> arguments,
        Map<String, String> environment) {

    /** Flags that name a port, a file or an agent, which two processes cannot share. */
    private static final List<String> OWN_FLAGS =
            List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xrunjdwp", "-Xdebug", "-Xlog:");

    private static final String ADD_OPENS = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

    public WorkerCommand {
        jvmFlags = List.copyOf(jvmFlags);
        arguments = List.copyOf(arguments);
        environment = ImmutableMap.copyOf(environment);
    }

    /**
     * Takes the executable, the flags and the class path from this JVM; not its agents and logs. An
     * executable jar opens what Aeron needs in its manifest, which a worker started with a main
     * class does not see, so the flag is added.
     */
    public static WorkerCommand likeThisJvm(String mainClass, List<String> arguments) {
        List<String> flags = new ArrayList<>();
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (OWN_FLAGS.stream().noneMatch(flag::startsWith)) {
                flags.add(flag);
            }
        }
        if (!flags.contains(ADD_OPENS)) {
            flags.add(ADD_OPENS);
        }
        return new WorkerCommand(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                flags,
                System.getProperty("java.class.path"),
                mainClass,
                arguments,
                Map.of());
    }

    /** Takes the executable and the class path from this JVM, for a process that does little. */
    static WorkerCommand small(String mainClass, List<String> arguments) {
        return new WorkerCommand(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                List.of(ADD_OPENS, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                System.getProperty("java.class.path"),
                mainClass,
                arguments,
                Map.of());
    }

    /** Returns this with another heap; leaves the flags alone when 0. */
    public WorkerCommand withHeapMegabytes(int megabytes) {
        if (megabytes == 0) {
            return this;
        }
        List<String> flags = new ArrayList<>(jvmFlags);
        flags.removeIf(flag -> flag.startsWith("-Xmx") || flag.startsWith("-Xms"));
        flags.add("-Xmx" + megabytes + "m");
        return new WorkerCommand(java, flags, classPath, mainClass, arguments, environment);
    }

    /** Returns this with variables added to, or replaced in, the environment. */
    public WorkerCommand withEnvironment(Map<String, String> more) {
        Map<String, String> merged =
                ImmutableMap.<String, String>builder()
                        .putAll(environment)
                        .putAll(more)
                        .buildKeepingLast();
        return new WorkerCommand(java, jvmFlags, classPath, mainClass, arguments, merged);
    }

    /** Returns the command line. */
    List<String> line() {
        List<String> line = new ArrayList<>();
        line.add(java.toString());
        line.addAll(jvmFlags);
        line.add("-cp");
        line.add(classPath);
        line.add(mainClass);
        line.addAll(arguments);
        return line;
    }
}
