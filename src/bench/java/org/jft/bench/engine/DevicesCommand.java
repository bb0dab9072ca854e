package org.jft.bench.engine;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.EngineConfig;
import org.jft.core.engine.Engines;
import org.jft.core.engine.cuda.driver.Cuda;
import org.jft.core.engine.cuda.driver.DeviceInfo;
import org.jft.core.failure.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jft-bench devices}: what the cuda engine finds. */
@Command(
        name = "devices",
        description =
                "List the GPUs, their driver, CUDA and cuDNN, and say which engine would run.")
public final class DevicesCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<DeviceInfo> devices = devices(out);
        for (DeviceInfo device : devices) {
            out.printf(
                    "%s, %,d MiB, %d multiprocessors, driver for CUDA %s: %s%n",
                    device,
                    device.memoryBytes() >> 20,
                    device.processors(),
                    DeviceInfo.version(device.driverVersion()),
                    verdict(device));
        }
        if (!devices.isEmpty()) {
            int runtime = devices.get(0).runtimeVersion();
            out.println("CUDA " + DeviceInfo.version(runtime));
            out.println(
                    Cuda.dnnVersion()
                            .map(version -> "cuDNN " + dotted(version))
                            .orElse("no cuDNN"));
            out.println(
                    Cuda.ncclVersion()
                            .map(version -> "NCCL " + version)
                            .orElse("no NCCL, which only engine.nccl=true needs"));
        }
        EngineConfig auto = Engines.resolve(EngineConfig.defaults());
        out.printf(
                "engine.name=auto runs %s in %s%n",
                auto.name(), auto.precision().name().toLowerCase(Locale.ROOT));
        return CommandRunner.DONE;
    }

    private static List<DeviceInfo> devices(PrintWriter out) {
        if (Cuda.bound() && !Cuda.driverPresent()) {
            out.println("no CUDA device");
            return List.of();
        }
        try {
            List<DeviceInfo> devices = Cuda.devices();
            if (devices.isEmpty()) {
                out.println("no CUDA device");
            }
            return devices;
        } catch (ConfigException e) {
            out.println("no CUDA device: " + e.getMessage());
            return List.of();
        }
    }

    private static String verdict(DeviceInfo device) {
        if (!device.supported()) {
            return "too old for the cuda engine";
        }
        return device.multipliesBfloat16() ? "cuda runs, in bf16, too" : "cuda runs, not in bf16";
    }

    private static String dotted(long version) {
        return "%d.%d.%d".formatted(version / 10_000, version / 100 % 100, version % 100);
    }
}
