package org.jft.core.engine.cuda.driver;

/**
 * What a GPU is and what drives it.
 *
 * @param index among the GPUs that the process sees
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param processors streaming multiprocessors
 * @param memoryBytes in all
 * @param driverVersion newest CUDA the driver knows, 1000 major + 10 minor
 * @param runtimeVersion CUDA loaded, likewise
 */
public record DeviceInfo(
        int index,
        String name,
        int major,
        int minor,
        int processors,
        long memoryBytes,
        int driverVersion,
        int runtimeVersion) {
    /** The oldest that the engine runs on: Turing, the first with fp16 tensor cores and int 8. */
    private static final int OLDEST = 75;

    /** Returns the compute capability, 10 major + minor. */
    public int capability() {
        return 10 * major + minor;
    }

    /** Returns whether the engine runs on it. */
    public boolean supported() {
        return capability() >= OLDEST;
    }

    /** Returns whether it multiplies bfloat16: Ampere and newer. */
    public boolean multipliesBfloat16() {
        return major >= 8;
    }

    /** Returns a CUDA version as people write it. */
    public static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }

    @Override
    public String toString() {
        return "GPU %d (%s, compute capability %d.%d)".formatted(index, name, major, minor);
    }
}
