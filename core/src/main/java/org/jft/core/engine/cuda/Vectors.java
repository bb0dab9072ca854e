package org.jft.core.engine.cuda;

import java.nio.FloatBuffer;
import org.jft.core.engine.cuda.driver.Gpu;
import org.jft.core.engine.cuda.driver.Memory;
import org.jft.core.engine.cuda.driver.Stream;

/**
 * What outlives a pass: the flat parameters and gradients and the step's numbers on the device, and
 * the caller's page-locked mirrors of the vectors.
 *
 * <p>The caller's parameters are the truth and are uploaded before each pass, until a {@link
 * CudaDeviceStep} updates the device's: then those are, until the caller asks for the mirror again.
 */
final class Vectors {
    private final Gpu gpu;
    private final int length;
    private final Memory device;
    private final Memory parameterMirror;
    private final Memory gradientMirror;
    private boolean deviceAhead;
    private boolean deviceScales;

    Vectors(Device owner, int length) {
        gpu = owner.gpu();
        this.length = length;
        device = owner.own(gpu.allocate(deviceBytes(length), "parameters and gradients"));
        parameterMirror = owner.own(gpu.pin(vectorBytes(length), "the host's parameters"));
        gradientMirror = owner.own(gpu.pin(vectorBytes(length), "the host's gradients"));
        HostMemory.zero(gradientMirror);
        try (Stream stream = gpu.stream()) {
            stream.zero(device.address(), device.bytes());
            stream.synchronize();
        }
    }

    private static long vectorBytes(long length) {
        return TaskBuilder.roundUp(Math.max(1, length) * Float.BYTES);
    }

    static long deviceBytes(long length) {
        return 2 * vectorBytes(length) + TaskBuilder.roundUp(PassNumbers.BYTES);
    }

    int length() {
        return length;
    }

    long bytes() {
        return (long) Float.BYTES * length;
    }

    /** Returns the address of the parameters on the device. */
    long parameters() {
        return device.address();
    }

    /** Returns the address of the gradients on the device. */
    long gradients() {
        return device.address() + vectorBytes(length);
    }

    /** Returns the address of the step's numbers on the device. */
    long numbers() {
        return device.address() + 2 * vectorBytes(length);
    }

    long gradientMirrorAddress() {
        return gradientMirror.address();
    }

    /** Returns the caller's parameters, as new as the device's. */
    FloatBuffer parameterMirror() {
        if (deviceAhead) {
            try (Stream stream = gpu.stream()) {
                gpu.synchronize();
                stream.copyToHost(parameterMirror.address(), parameters(), bytes());
                stream.synchronize();
            }
            deviceAhead = false;
        }
        return HostMemory.floats(parameterMirror, length);
    }

    FloatBuffer gradientMirror() {
        return HostMemory.floats(gradientMirror, length);
    }

    /** Takes the caller's parameters to the device, unless the device's are newer. */
    void upload(Stream stream) {
        if (!deviceAhead) {
            stream.copyToDevice(parameters(), parameterMirror.address(), bytes());
        }
    }

    /** Says that the device's parameters are the truth from here on. */
    void leaveToDevice() {
        deviceAhead = true;
    }

    /** Says that the loss scale is the device's from here on. */
    void leaveScaleToDevice() {
        deviceScales = true;
    }

    /** Returns how many of the step's numbers are the host's to send. */
    long hostNumberBytes() {
        return deviceScales ? PassNumbers.HOST_BYTES : PassNumbers.BYTES;
    }
}
