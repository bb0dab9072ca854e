package org.jft.core.engine.cuda.driver;

import java.util.List;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** NVRTC over its C interface. */
final class JavaCppCompiler implements Compiler {
    @Override
    public int version() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtc.nvrtcVersion(major, minor), "nvrtcVersion");
        return 1000 * major[0] + 10 * minor[0];
    }

    @Override
    public byte[] compile(String name, String source, List<String> options) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(source);
                BytePointer title = new BytePointer(name);
                PointerPointer<BytePointer> flags =
                        new PointerPointer<>(options.toArray(String[]::new));
                SizeTPointer size = new SizeTPointer(1)) {
            check(
                    nvrtc.nvrtcCreateProgram(
                            program,
                            text,
                            title,
                            0,
                            (PointerPointer<BytePointer>) null,
                            (PointerPointer<BytePointer>) null),
                    "nvrtcCreateProgram of " + name);
            try {
                if (nvrtc.nvrtcCompileProgram(program, options.size(), flags) != 0) {
                    throw new CudaException(
                            "NVRTC does not compile %s: %s".formatted(name, firstError(program)));
                }
                check(nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize of " + name);
                byte[] cubin = new byte[Math.toIntExact(size.get())];
                check(nvrtc.nvrtcGetCUBIN(program, cubin), "nvrtcGetCUBIN of " + name);
                return cubin;
            } finally {
                check(nvrtc.nvrtcDestroyProgram(program), "nvrtcDestroyProgram of " + name);
            }
        }
    }

    private static String firstError(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
            byte[] log = new byte[Math.toIntExact(size.get())];
            check(nvrtc.nvrtcGetProgramLog(program, log), "nvrtcGetProgramLog");
            List<String> lines =
                    new String(log, java.nio.charset.StandardCharsets.UTF_8).lines().toList();
            return lines.stream()
                    .filter(line -> line.contains("error"))
                    .findFirst()
                    .orElse(lines.isEmpty() ? "no reason given" : lines.get(0))
                    .strip();
        }
    }

    private static void check(int status, String call) {
        if (status != 0) {
            throw new CudaException(
                    "%s failed: %s".formatted(call, nvrtc.nvrtcGetErrorString(status).getString()));
        }
    }
}
