package org.jft.core.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaErrorInsufficientDriver;
import static org.bytedeco.cuda.global.cudart.cudaErrorNoDevice;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.jft.core.engine.Nd4jCuda;
import org.jft.core.failure.ConfigException;

/** The way in: which libraries are there, which GPUs, and their implementations. */
public final class Cuda {
    private static final String BINDINGS = "org/bytedeco/cuda/global/cudart.class";
    private static final Pattern MISSING_LIBRARY =
            Pattern.compile("(lib[\\w.+-]+\\.so[\\w.]*): cannot open shared object file");

    private Cuda() {}

    /** Returns whether the engine's bindings, not ND4J's, are on the class path. Loads nothing. */
    public static boolean bound() {
        return !Nd4jCuda.onClassPath() && Cuda.class.getClassLoader().getResource(BINDINGS) != null;
    }

    /** Returns whether the operating system shows a GPU's driver. Loads nothing. */
    public static boolean driverPresent() {
        return Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"));
    }

    /**
     * Lists the GPUs that this process sees; takes memory on none of them.
     *
     * @throws ConfigException if there are no bindings, or a library does not load; names it
     */
    public static List<DeviceInfo> devices() {
        requireBindings();
        load("CUDA", cudart.class);
        int[] count = new int[1];
        int status = cudart.cudaGetDeviceCount(count);
        if (status == cudaErrorNoDevice) {
            return List.of();
        }
        if (status == cudaErrorInsufficientDriver) {
            throw new ConfigException(
                    "engine.name=cuda: the GPU driver is too old for CUDA %s; update the driver"
                            .formatted(DeviceInfo.version(JavaCppGpu.runtimeVersion())));
        }
        JavaCppGpu.check(status, "cudaGetDeviceCount", "this machine");
        List<DeviceInfo> devices = new ArrayList<>();
        for (int index = 0; index < count[0]; index++) {
            devices.add(JavaCppGpu.describe(index));
        }
        return devices;
    }

    /**
     * As {@link #devices}, for those who need one.
     *
     * @throws ConfigException also if there is none
     */
    public static List<DeviceInfo> presentDevices() {
        List<DeviceInfo> devices = devices();
        if (devices.isEmpty()) {
            throw new ConfigException(
                    "engine.name=cuda: this machine has no CUDA GPU; engine.name=onednn runs on the"
                            + " CPU");
        }
        return devices;
    }

    /**
     * Opens a GPU.
     *
     * @throws ConfigException if there is none of that number, or it is too old
     */
    public static Gpu open(int index) {
        List<DeviceInfo> devices = presentDevices();
        if (index >= devices.size()) {
            throw new ConfigException(
                    "engine.device: there is no GPU %s, this process sees %s of them"
                            .formatted(index, devices.size()));
        }
        DeviceInfo device = devices.get(index);
        if (!device.supported()) {
            throw new ConfigException(
                    "engine.name=cuda: %s is older than compute capability 7.5;".formatted(device)
                            + " JFT_PROFILE=nd4j-cuda runs engine.name=nd4j there");
        }
        return new JavaCppGpu(device);
    }

    /** Opens cuDNN on a GPU. */
    public static Dnn dnn(Gpu gpu) {
        load("cuDNN 9", cudnn.class);
        gpu.use();
        return new JavaCppDnn(gpu.info().toString());
    }

    /** Opens cuBLASLt on a GPU. */
    public static Blas blas(Gpu gpu) {
        load("cuBLAS", cublas.class);
        gpu.use();
        return new JavaCppBlas(gpu.info().toString());
    }

    /** Opens NVRTC, which needs no GPU. */
    public static Compiler compiler() {
        requireBindings();
        load("NVRTC", nvrtc.class);
        return new JavaCppCompiler();
    }

    /** Returns NCCL, which loads when it is first asked. */
    public static Nccl nccl() {
        return new JavaCppNccl();
    }

    /** Returns cuDNN's version, if it loads. */
    public static Optional<Long> dnnVersion() {
        try {
            load("cuDNN 9", cudnn.class);
            return Optional.of(cudnn.cudnnGetVersion());
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    /** Returns NCCL's version, if it loads. */
    public static Optional<String> ncclVersion() {
        try {
            return Optional.of(JavaCppNccl.version());
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    private static void requireBindings() {
        if (!bound()) {
            throw new ConfigException(
                    "engine.name=cuda: built without the CUDA bindings; set JFT_PROFILE=cuda, or"
                            + " build with: mvn -Pcuda -DskipTests package");
        }
    }

    private static void load(String what, Class<?> bindings) {
        load("engine.name=cuda", what, bindings);
    }

    private static void load(String key, String what, Class<?> bindings) {
        try {
            Loader.load(bindings);
        } catch (LinkageError e) {
            throw new ConfigException(
                    "%s: %s does not load: %s".formatted(key, what, reason(e)), e);
        }
    }

    /** Loads NCCL, where it is not loaded already. */
    static void loadNccl() {
        requireBindings();
        load("engine.nccl=true", "NCCL", nccl.class);
    }

    /** Returns which library is missing, else what the loader says. */
    static String reason(Throwable failure) {
        String last = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            Matcher missing = MISSING_LIBRARY.matcher(message);
            if (missing.find()) {
                return missing.group(1) + " is not on the library path" + wayOut(missing.group(1));
            }
            last = message;
        }
        return last.lines().findFirst().orElse("unknown reason");
    }

    private static String wayOut(String library) {
        return library.startsWith("libcuda.so")
                ? " (it comes with the GPU driver)"
                : " (install it, or add its folder to LD_LIBRARY_PATH)";
    }
}
