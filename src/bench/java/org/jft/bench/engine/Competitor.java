package org.jft.bench.engine;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jft.core.config.EngineConfig.Precision;

/**
 * Who trains: one of our engines, or what a user would pick instead.
 *
 * @param engine the engine's name when it is ours, else empty
 */
record Competitor(Kind kind, String engine, Precision precision) {
    /** The implementations there are. */
    enum Kind {
        /** An engine of this project. */
        OURS,
        /** libtorch, channels-last; in bf16 under autocast. */
        LIBTORCH,
        /** DL4J as it comes. */
        STOCK_DL4J
    }

    static Competitor ours(String engine, Precision precision) {
        return new Competitor(Kind.OURS, engine, precision);
    }

    static Competitor libtorch(Precision precision) {
        return new Competitor(Kind.LIBTORCH, "", precision);
    }

    static Competitor stockDl4j() {
        return new Competitor(Kind.STOCK_DL4J, "", Precision.FP32);
    }

    /** Returns how it is named in tables and messages. */
    String title() {
        String type = precision.name().toLowerCase(Locale.ROOT);
        return switch (kind) {
            case OURS -> engine + " " + type;
            case LIBTORCH ->
                    precision == Precision.FP32
                            ? "libtorch fp32"
                            : "libtorch %s autocast".formatted(type);
            case STOCK_DL4J -> "stock-dl4j fp32";
        };
    }

    /** Returns further JVM flags of its process. */
    List<String> jvmFlags() {
        // Else JavaCPP asks for the process's memory at each new tensor, and sets it a limit.
        return kind == Kind.LIBTORCH
                ? List.of(
                        "-Dorg.bytedeco.javacpp.maxBytes=0",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0")
                : List.of();
    }

    /** Returns what its process has in its environment on top of ours. */
    Map<String, String> environment() {
        // Python's thread allocates in glibc's main arena, a Java thread in one of its own.
        return kind == Kind.LIBTORCH ? Map.of("MALLOC_ARENA_MAX", "1") : Map.of();
    }
}
