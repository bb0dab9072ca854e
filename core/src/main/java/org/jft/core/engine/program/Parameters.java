package org.jft.core.engine.program;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.ParameterLayout.Kind;
import org.jft.core.engine.ParameterLayout.Slice;

/** The slices of a layout by layer and kind. */
final class Parameters {
    private final Map<String, Map<Kind, Slice>> byLayer = new HashMap<>();

    Parameters(ParameterLayout layout) {
        for (Slice slice : layout.slices()) {
            byLayer.computeIfAbsent(slice.layer(), layer -> new EnumMap<>(Kind.class))
                    .put(slice.kind(), slice);
        }
    }

    Optional<Slice> find(Site site, Kind kind) {
        return Optional.ofNullable(byLayer.getOrDefault(site.name(), Map.of()).get(kind));
    }

    Slice get(Site site, Kind kind) {
        Optional<Slice> slice = find(site, kind);
        checkArgument(slice.isPresent(), "the layout has no %s of '%s'", kind, site.name());
        return slice.get();
    }

    /** Returns the weights of a layer, which must be as many as its input asks for. */
    Slice weights(Site site, long expected, Shape input) {
        Slice slice = get(site, Kind.WEIGHT);
        if (slice.length() != expected) {
            throw site.problem(
                    "has %s weights, where an input of %s needs %s",
                    slice.length(), input, expected);
        }
        return slice;
    }
}
