package org.jft.parity;

import java.util.Set;
import org.jft.core.config.EngineConfig;
import org.jft.core.config.EngineConfig.Precision;
import org.jft.core.engine.Engine;
import org.jft.core.engine.EngineFactory;
import org.jft.core.engine.Engines;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.cuda.EmulatedCuda;

/** Which engine the contracts judge, and what it does not claim to do. */
abstract class EngineUnderTest {
    /** What an engine may lack. */
    enum Lack {
        /** Between a forward pass and its backward no other engine may run on the thread. */
        INTERLEAVING,
        /** Activations are always kept. */
        RECOMPUTATION,
        /** Each step leaves work for the garbage collector. */
        STEADY_MEMORY,
        /** The gradient is ready as a whole. */
        STREAMING
    }

    /** Returns the engine's name as in a config. */
    abstract String engineName();

    /** Returns the precision to compile for. */
    Precision precision() {
        return Precision.FP32;
    }

    /** Returns what the engine does not claim to do. */
    Set<Lack> lacks() {
        return Set.of();
    }

    /** The cuda engine is on an emulated GPU here, whose cuDNN fuses batch norms in bfloat16. */
    EngineFactory factory() {
        return engineName().equals("cuda")
                ? new EmulatedCuda(precision() == Precision.BF16)
                : Engines.named(engineName());
    }

    final boolean has(Lack what) {
        return !lacks().contains(what);
    }

    final EngineConfig config(boolean recompute) {
        return new EngineConfig(engineName(), precision(), 0, null, recompute);
    }

    final Engine compile(NetworkSpec network, int batch) {
        return factory().compile(network, batch, config(false));
    }
}
