package org.jft.eval.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the numbers of a report come from.
 *
 * @param config the resolved config, every default spelled out
 * @param dataFingerprint of the training set's manifest
 * @param commit of the code, or "unknown"
 * @param created when the report was made
 * @param command as typed
 * @param details anything else worth a line: held-out fingerprint, device, versions
 */
public record Provenance(
        JsonNode config,
        String dataFingerprint,
        String commit,
        Instant created,
        String command,
        Map<String, String> details) {
    public Provenance {
        requireNonNull(config, "config");
        requireNonNull(dataFingerprint, "dataFingerprint");
        requireNonNull(commit, "commit");
        requireNonNull(created, "created");
        requireNonNull(command, "command");
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
