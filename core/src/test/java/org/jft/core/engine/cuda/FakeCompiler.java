package org.jft.core.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jft.core.engine.cuda.driver.Compiler;

/** NVRTC without NVRTC. */
final class FakeCompiler implements Compiler {
    private final FakeGpu gpu;
    final List<String> compiled = new ArrayList<>();

    FakeCompiler(FakeGpu gpu) {
        this.gpu = gpu;
    }

    @Override
    public int version() {
        return 13_000;
    }

    @Override
    public byte[] compile(String name, String source, List<String> options) {
        gpu.mayFail("compile");
        compiled.add(name);
        return name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
