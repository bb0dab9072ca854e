package org.jft.core.engine;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jft.core.failure.ConfigException;

/**
 * ND4J's CUDA backend, nd4j-cuda-11.6, where the class path has it. It holds machine code for
 * compute capability 3.7 to 8.6, which also runs on 8.9, and nothing that a driver could compile
 * for a newer GPU; yet it starts on any GPU, and fails at its first kernel. So the GPU is asked
 * before ND4J loads. Nothing here loads a class of ND4J.
 */
public final class Nd4jCuda {
    private static final int OLDEST = 37;
    private static final int NEWEST = 89;
    private static final int TIMEOUT_SECONDS = 30;
    private static final String BACKEND = "nd4j-jcublas.properties";
    private static final String BINDINGS = "org/bytedeco/cuda/global/cudart.class";
    private static final List<String> LIBRARIES = List.of("cudart", "cublas", "cusolver", "cudnn");
    private static final Pattern CAPABILITY = Pattern.compile("(\\d{1,3})\\.(\\d)");

    private static final String PROFILE = "JFT_PROFILE=nd4j-cuda: ";
    private static final String OR_CPU = "run on the CPU with an empty JFT_PROFILE";

    private Nd4jCuda() {}

    /** Returns whether the class path has this backend. */
    public static boolean onClassPath() {
        return Nd4jCuda.class.getClassLoader().getResource(BACKEND) != null;
    }

    /**
     * Asks the driver whether the backend, if it is on the class path, can run; to be called before
     * anything loads ND4J.
     *
     * @throws ConfigException if it cannot, CUDA does not load, or the cuda engine's bindings are
     *     there, too; names the way out
     */
    public static void check() {
        if (onClassPath()) {
            requireOneBinding(Nd4jCuda.class.getClassLoader());
            requireSupported(ask("nvidia-smi", System.getenv("CUDA_VISIBLE_DEVICES")));
            requireLibraries();
        }
    }

    /** The bindings of CUDA 11.6 and of the cuda engine have the same names: one would hide one. */
    static void requireOneBinding(ClassLoader classPath) {
        List<URL> bindings;
        try {
            bindings = Collections.list(classPath.getResources(BINDINGS));
        } catch (IOException e) {
            throw new ConfigException(PROFILE + "the class path cannot be read: " + e, e);
        }
        if (bindings.size() > 1) {
            throw new ConfigException(
                    PROFILE
                            + "the class path has CUDA's bindings more than once, %s; keep ND4J's CUDA backend apart from the cuda engine's folder"
                                    .formatted(bindings));
        }
    }

    /**
     * What nvidia-smi answers.
     *
     * @param exitCode 0 if it could
     * @param text a compute capability a line, or what went wrong
     */
    record Answer(int exitCode, String text) {
        static Answer failed(String text) {
            return new Answer(-1, text);
        }
    }

    /**
     * Asks for the compute capabilities of the GPUs that this process may use.
     *
     * @param visible CUDA_VISIBLE_DEVICES, which nvidia-smi does not read; null for all
     */
    static Answer ask(String program, String visible) {
        if (visible != null && (visible.isBlank() || visible.startsWith("-"))) {
            return new Answer(0, "");
        }
        List<String> command =
                new ArrayList<>(
                        List.of(program, "--query-gpu=compute_cap", "--format=csv,noheader"));
        if (visible != null) {
            command.add("--id=" + visible);
        }
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Answer.failed("no answer in %d s".formatted(TIMEOUT_SECONDS));
            }
            byte[] text = process.getInputStream().readAllBytes();
            return new Answer(process.exitValue(), new String(text, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Answer.failed(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.failed("interrupted");
        }
    }

    /** Refuses an answer unless it names GPUs, and the backend runs on each of them. */
    static void requireSupported(Answer answer) {
        List<String> lines =
                answer.text().lines().map(String::strip).filter(s -> !s.isEmpty()).toList();
        String first = lines.isEmpty() ? "exit code " + answer.exitCode() : lines.get(0);
        if (first.startsWith("No devices were found")
                || answer.exitCode() == 0 && lines.isEmpty()) {
            throw new ConfigException(PROFILE + "this process sees no NVIDIA GPU; " + OR_CPU);
        }
        if (answer.exitCode() != 0) {
            throw unreadable(first);
        }
        for (String line : lines) {
            Matcher capability = CAPABILITY.matcher(line);
            if (!capability.matches()) {
                throw unreadable(line);
            }
            int major = Integer.parseInt(capability.group(1));
            int minor = Integer.parseInt(capability.group(2));
            requireSupported(line, 10 * major + minor);
        }
    }

    /** ND4J says of a library that does not load only that there is no backend. */
    static void requireLibraries() {
        for (String library : LIBRARIES) {
            try {
                Loader.load(Class.forName("org.bytedeco.cuda.global." + library));
            } catch (ClassNotFoundException | LinkageError e) {
                Throwable root = Throwables.getRootCause(e);
                throw new ConfigException(
                        PROFILE
                                + "%s of CUDA 11.6 and cuDNN 8.3 does not load (%s); install it, add its folder to LD_LIBRARY_PATH, or %s"
                                        .formatted(library, root.getMessage(), OR_CPU),
                        e);
            }
        }
    }

    private static ConfigException unreadable(String line) {
        return new ConfigException(
                PROFILE
                        + "nvidia-smi does not tell the GPU's compute capability (%s); install or update the NVIDIA driver, or %s"
                                .formatted(line, OR_CPU));
    }

    private static void requireSupported(String capability, int number) {
        if (number >= OLDEST && number <= NEWEST) {
            return;
        }
        String wayOut =
                number > NEWEST
                        ? "build with -Pcuda and set JFT_PROFILE=cuda, engine.name: cuda, or "
                                + OR_CPU
                        : OR_CPU;
        throw new ConfigException(
                PROFILE
                        + "the GPU has compute capability %s and ND4J's CUDA backend runs on 3.7 to 8.9; %s"
                                .formatted(capability, wayOut));
    }
}
