package org.jft.core.engine.cuda;

import java.util.List;
import java.util.regex.Pattern;

/** The kernel sources, as the engine compiles them. */
final class KernelSources {
    static final List<String> FAMILIES =
            List.of("layout", "norm", "elements", "pool", "resize", "loss", "optimizer");

    private static final Pattern KERNEL = Pattern.compile("(?m)^KERNEL (\\w+)\\(([^)]*)\\)");

    private KernelSources() {}

    /** Returns what stands in front of every family. */
    static String common() {
        return Tools.resource("kernels/common.cuh");
    }

    static String text(String family) {
        return Tools.resource("kernels/" + family + ".cu");
    }

    /** Returns the names of a family's kernels. */
    static List<String> kernels(String family) {
        return KERNEL.matcher(text(family)).results().map(match -> match.group(1)).toList();
    }

    /** Returns each kernel with its parameters, as "name(type name, ...)". */
    static List<String> signatures(String family) {
        return KERNEL.matcher(text(family))
                .results()
                .map(match -> match.group(1) + "(" + match.group(2).strip() + ")")
                .map(signature -> signature.replaceAll("\\s+", " "))
                .toList();
    }
}
