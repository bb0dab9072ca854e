package org.jft.launching;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobTemplateSpec;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Manifests, and the schemas they must follow: those of Kubernetes 1.33 as its Java client has them
 * (unknown, missing and mistyped fields are errors). JobSet's own fields are few and listed here,
 * from its resource definition v1alpha2; all below its template is a Job's.
 */
final class Manifests {
    static final Path FOLDER = Path.of("..", "scripts", "kubernetes");

    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Set<String> JOB_SET =
            Set.of(
                    "coordinator",
                    "failurePolicy",
                    "network",
                    "replicatedJobs",
                    "startupPolicy",
                    "successPolicy",
                    "suspend",
                    "ttlSecondsAfterFinished");
    private static final Set<String> NETWORK =
            Set.of("enableDNSHostnames", "publishNotReadyAddresses", "subdomain");
    private static final Set<String> FAILURE_POLICY =
            Set.of("maxRestarts", "restartStrategy", "rules");
    private static final Set<String> RULE =
            Set.of("action", "name", "onJobFailureReasons", "targetReplicatedJobs");
    private static final Set<String> ACTIONS =
            Set.of("FailJobSet", "RestartJobSet", "RestartJobSetAndIgnoreMaxRestarts");
    private static final Set<String> REPLICATED_JOB =
            Set.of("dependsOn", "groupName", "name", "replicas", "template");

    private Manifests() {}

    /** Reads one manifest. */
    static ObjectNode read(String file) {
        try {
            return (ObjectNode) YAML.readTree(FOLDER.resolve(file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** Splits what kustomize prints. */
    static List<ObjectNode> readAll(String text) {
        try (MappingIterator<ObjectNode> documents =
                YAML.readerFor(ObjectNode.class).readValues(text)) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what the schema has against a manifest; nothing when it fits. */
    static List<String> problems(JsonNode manifest) {
        String kind = manifest.path("kind").asText();
        String version = manifest.path("apiVersion").asText();
        return switch (version + " " + kind) {
            case "batch/v1 Job" -> against(V1Job.class, manifest);
            case "v1 Service" -> against(V1Service.class, manifest);
            case "networking.k8s.io/v1 NetworkPolicy" -> against(V1NetworkPolicy.class, manifest);
            case "policy/v1 PodDisruptionBudget" -> against(V1PodDisruptionBudget.class, manifest);
            case "jobset.x-k8s.io/v1alpha2 JobSet" -> ofJobSet(manifest);
            default -> List.of("unknown kind: " + version + " " + kind);
        };
    }

    private static List<String> against(Class<?> type, JsonNode manifest) {
        String json = manifest.toString();
        try {
            JsonElement element = JsonParser.parseString(json);
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
            JSON.deserialize(json, type);
            return List.of();
        } catch (ReflectiveOperationException e) {
            return List.of(String.valueOf(e.getCause()));
        } catch (RuntimeException e) {
            return List.of(e.toString());
        }
    }

    private static List<String> ofJobSet(JsonNode manifest) {
        List<String> problems = new ArrayList<>();
        JsonNode spec = manifest.path("spec");
        unknown(manifest, Set.of("apiVersion", "kind", "metadata", "spec"), problems);
        unknown(spec, JOB_SET, problems);
        unknown(spec.path("network"), NETWORK, problems);
        unknown(spec.path("failurePolicy"), FAILURE_POLICY, problems);
        for (JsonNode rule : spec.path("failurePolicy").path("rules")) {
            unknown(rule, RULE, problems);
            if (!ACTIONS.contains(rule.path("action").asText())) {
                problems.add("unknown action: " + rule);
            }
        }
        for (JsonNode job : spec.path("replicatedJobs")) {
            unknown(job, REPLICATED_JOB, problems);
            if (!job.path("name").isTextual() || !job.path("replicas").isInt()) {
                problems.add("name or replicas is missing: " + job);
            }
            problems.addAll(against(V1JobTemplateSpec.class, job.path("template")));
        }
        return problems;
    }

    private static void unknown(JsonNode of, Set<String> known, List<String> into) {
        for (Iterator<String> names = of.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                into.add("unknown field: " + name);
            }
        }
    }
}
