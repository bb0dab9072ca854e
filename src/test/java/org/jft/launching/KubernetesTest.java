package org.jft.launching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.net.HostAndPort;
import io.kubernetes.client.custom.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jft.cluster.collective.PeerLostException;
import org.jft.cluster.launch.JftCoordinator;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.cluster.membership.ExpelledException;
import org.jft.cluster.transport.IpcSettings;
import org.jft.core.cli.CommandRunner;
import org.jft.core.config.ElasticConfig;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The manifests follow the schemas, fit each other, and tell workers what workers read. */
class KubernetesTest {
    private static final String JOB = "job/job.yaml";
    private static final String JOB_SET = "jobset/jobset.yaml";
    private static final String COORDINATOR = "elastic/coordinator.yaml";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                JOB,
                JOB_SET,
                COORDINATOR,
                "job/service.yaml",
                "common/network-policy.yaml",
                "elastic-3/disruption-budget.yaml"
            })
    void shouldFollowTheSchema(String file) {
        assertThat(Manifests.problems(Manifests.read(file))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, JOB_SET, COORDINATOR})
    void shouldNotFollowTheSchemaWithAFieldMisspeltMissingOrOfAnotherType(String file) {
        ObjectNode misspelt = Manifests.read(file);
        container(misspelt).put("imagePullPolice", "Always");
        assertThat(Manifests.problems(misspelt)).isNotEmpty();
        ObjectNode missing = Manifests.read(file);
        container(missing).remove("name");
        assertThat(Manifests.problems(missing)).isNotEmpty();
        ObjectNode mistyped = Manifests.read(file);
        jobSpec(mistyped).put("completions", "four");
        assertThat(Manifests.problems(mistyped)).isNotEmpty();
    }

    @Test
    void shouldNotFollowTheSchemaOfJobSetWithAnUnknownPolicy() {
        ObjectNode manifest = Manifests.read(JOB_SET);
        ((ObjectNode) manifest.at("/spec/failurePolicy/rules/0")).put("action", "Shrug");
        ((ObjectNode) manifest.at("/spec/network")).put("dns", true);
        assertThat(Manifests.problems(manifest)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {JOB, JOB_SET})
    void shouldTellEachWorkerItsRankAndWhereTheyMeet(String file) {
        JsonNode manifest = Manifests.read(file);
        int completions = jobSpec(manifest).path("completions").asInt();
        assertThat(completions).isGreaterThan(1);
        assertThat(jobSpec(manifest).path("parallelism").asInt()).isEqualTo(completions);
        for (int index = 0; index < completions; index++) {
            Map<String, String> environment = environment(manifest, index);
            MemberEnvironment member = MemberEnvironment.read(environment);
            assertThat(member.topology()).isEqualTo(new Topology(index, completions));
            assertThat(member.localRank()).isZero();
            assertThat(member.job()).contains("uid-of-the-job");
            assertThat(environment).containsEntry("JFT_JOB_SECRET", "jft-job/secret");
            assertThat(environment).containsEntry("MASTER_ADDR", nameOfPodZero(manifest));
            assertThat(environment).containsKey("MASTER_PORT");
        }
    }

    @Test
    void shouldStartTheSameWorkersEitherWay() {
        ObjectNode job = Manifests.read(JOB);
        ObjectNode jobSet = Manifests.read(JOB_SET);
        for (ObjectNode manifest : List.of(job, jobSet)) {
            for (JsonNode variable : container(manifest).path("env")) {
                if (variable.path("name").asText().equals("MASTER_ADDR")) {
                    ((ObjectNode) variable).remove("value");
                }
            }
        }
        assertThat(jobSpec(jobSet).path("template")).isEqualTo(jobSpec(job).path("template"));
    }

    @Test
    void shouldLetTheServiceAndThePolicyFindThePods() {
        JsonNode labels = jobSpec(Manifests.read(JOB)).at("/template/metadata/labels");
        JsonNode service = Manifests.read("job/service.yaml");
        assertThat(service.at("/spec/selector")).isEqualTo(labels);
        assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(service.at("/metadata/name"))
                .isEqualTo(pod(Manifests.read(JOB)).path("subdomain"));
        JsonNode policy = Manifests.read("common/network-policy.yaml");
        assertThat(policy.at("/spec/podSelector/matchLabels")).isEqualTo(labels);
        assertThat(policy.at("/spec/ingress/0/from/0/podSelector/matchLabels")).isEqualTo(labels);
        assertThat(policy.at("/spec/egress/0/to/0/podSelector/matchLabels")).isEqualTo(labels);
    }

    @Test
    void shouldGiveSharedMemoryThatAeronNeedsWithinTheMemoryLimit() {
        JsonNode manifest = Manifests.read(JOB);
        JsonNode volume = pod(manifest).at("/volumes/0");
        assertThat(container(manifest).at("/volumeMounts/0/mountPath").asText())
                .isEqualTo("/dev/shm");
        assertThat(container(manifest).at("/volumeMounts/0/name")).isEqualTo(volume.path("name"));
        assertThat(volume.at("/emptyDir/medium").asText()).isEqualTo("Memory");
        long size = bytes(volume.at("/emptyDir/sizeLimit"));
        assertThat(size).isGreaterThan(IpcSettings.DEFAULT.bytesNeeded(2));
        JsonNode resources = container(manifest).path("resources");
        assertThat(bytes(resources.at("/limits/memory"))).isGreaterThan(4 * size);
        assertThat(resources.path("requests")).isEqualTo(resources.path("limits"));
    }

    @Test
    void shouldEndForWhatCannotRunAndForgiveTheWitnesses() {
        JsonNode rules = jobSpec(Manifests.read(JOB)).at("/podFailurePolicy/rules");
        assertThat(rules.at("/0/action").asText()).isEqualTo("FailJob");
        assertThat(rules.at("/0/onExitCodes/values/0").asInt()).isEqualTo(CommandRunner.USAGE);
        assertThat(rules.at("/1/action").asText()).isEqualTo("Ignore");
        assertThat(rules.at("/1/onExitCodes/values/0").asInt())
                .isEqualTo(PeerLostException.EXIT_CODE);
    }

    @Test
    void shouldNameAConfigThatIsThereAndFoldersThatAreMounted() {
        ObjectNode container = container(Manifests.read(JOB));
        for (JsonNode argument : container.path("args")) {
            String value = argument.asText().replaceFirst("^--(set=data.t\\w+|\\w+)=", "");
            if (argument.asText().startsWith("--config=")) {
                assertThat(Path.of("..", "configs", value)).exists();
            } else {
                assertThat(container.path("volumeMounts"))
                        .anyMatch(m -> value.startsWith(m.path("mountPath").asText() + "/"));
            }
        }
    }

    static Stream<String> overlays() {
        return Stream.of("job", "jobset", "job-gpu", "jobset-gpu", "elastic", "elastic-3");
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void shouldRenderWithOneNumberForTheWorldAndGpusWhereAsked(String overlay) throws Exception {
        assumeThat(kustomize(Manifests.FOLDER.resolve("job"))).as("kubectl").isPresent();
        copyWithSevenWorkers();
        List<ObjectNode> rendered =
                Manifests.readAll(kustomize(folder.resolve(overlay)).orElseThrow());
        assertThat(rendered)
                .allSatisfy(manifest -> assertThat(Manifests.problems(manifest)).isEmpty());
        JsonNode job =
                rendered.stream()
                        .filter(m -> m.path("kind").asText().startsWith("Job"))
                        .findFirst()
                        .orElseThrow();
        assertThat(jobSpec(job).path("parallelism").asInt()).isEqualTo(7);
        assertThat(environment(job, 6)).containsEntry("WORLD_SIZE", "7");
        assertThat(container(job).at("/resources/limits/nvidia.com~1gpu").asInt())
                .isEqualTo(overlay.endsWith("-gpu") ? 1 : 0);
        assertThat(rendered).anyMatch(m -> m.path("kind").asText().equals("NetworkPolicy"));
    }

    @ParameterizedTest
    @CsvSource({"elastic, 1", "elastic-3, 3"})
    void shouldTellWorkersAndCoordinatorsOfEachOther(String overlay, int nodes) throws Exception {
        Optional<String> text = kustomize(Manifests.FOLDER.resolve(overlay));
        assumeThat(text).as("kubectl").isPresent();
        List<ObjectNode> rendered = Manifests.readAll(text.orElseThrow());
        JsonNode workers = named(rendered, "jft");
        JsonNode coordinators = named(rendered, "jft-coordinator");
        Map<String, String> worker = environment(workers, 0);
        List<HostAndPort> known = MemberEnvironment.read(worker).coordinators();

        assertThat(jobSpec(coordinators).path("completions").asInt()).isEqualTo(nodes);
        assertThat(jobSpec(coordinators).path("parallelism").asInt()).isEqualTo(nodes);
        assertThat(known).hasSize(nodes);
        for (int node = 0; node < nodes; node++) {
            Map<String, String> self = environment(coordinators, node);
            assertThat(known.get(node).getHost())
                    .isEqualTo(
                            "jft-coordinator-%d.%s"
                                    .formatted(node, pod(coordinators).path("subdomain").asText()));
            assertThat(self).containsEntry("NODE", String.valueOf(node));
            for (String same : List.of("JFT_COORDINATORS", "JFT_JOB", "JFT_JOB_SECRET")) {
                assertThat(self).containsEntry(same, worker.get(same));
            }
        }
        assertThat(jobSpec(coordinators).at("/template/metadata/labels/app"))
                .isEqualTo(Manifests.read("job/service.yaml").at("/spec/selector/app"));
    }

    @Test
    void shouldRunTheCoordinatorThatIsThereAsTheWorkersExpectIt() throws Exception {
        JsonNode coordinator = container(Manifests.read(COORDINATOR));
        assertThat(coordinator.at("/command/7").asText()).isEqualTo(JftCoordinator.class.getName());
        List<String> words = new ArrayList<>();
        for (JsonNode word : coordinator.path("args")) {
            words.add(word.asText().replace("$(NODE)", "0"));
        }
        new CommandLine(new JftCoordinator()).parseArgs(words.toArray(String[]::new));
        assertThat(words)
                .contains(
                        "--lost-after="
                                + new ElasticConfig(null, null, null, null, null).lostAfterMs());
        String workers = Files.readString(Manifests.FOLDER.resolve("elastic/workers.yaml"));
        assertThat(workers)
                .contains("values/-, value: " + ExpelledException.EXIT_CODE)
                .contains(
                        "cluster.workers="
                                + jobSpec(Manifests.read(JOB)).path("completions").asInt());
    }

    private static JsonNode named(List<ObjectNode> manifests, String job) {
        return manifests.stream()
                .filter(m -> m.path("kind").asText().equals("Job"))
                .filter(m -> m.at("/metadata/name").asText().equals(job))
                .findFirst()
                .orElseThrow();
    }

    private void copyWithSevenWorkers() throws IOException {
        try (Stream<Path> files = Files.walk(Manifests.FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(Manifests.FOLDER.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.writeString(
                        copy, Files.readString(file).replace("completions: 4", "completions: 7"));
            }
        }
    }

    private static Optional<String> kustomize(Path overlay) throws Exception {
        try {
            Process kubectl =
                    new ProcessBuilder("kubectl", "kustomize", overlay.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            String text = new String(kubectl.getInputStream().readAllBytes());
            return kubectl.waitFor() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // not installed
        }
    }

    /** Returns what the container of one pod finds, with the fields that the cluster fills in. */
    private static Map<String, String> environment(JsonNode manifest, int index) {
        Map<String, String> fields =
                Map.of(
                        "metadata.labels['batch.kubernetes.io/job-completion-index']",
                        String.valueOf(index),
                        "metadata.labels['batch.kubernetes.io/controller-uid']",
                        "uid-of-the-job");
        Map<String, String> environment = new HashMap<>();
        environment.put("JOB_COMPLETION_INDEX", String.valueOf(index));
        for (JsonNode variable : container(manifest).path("env")) {
            JsonNode secret = variable.at("/valueFrom/secretKeyRef");
            String value =
                    variable.has("value")
                            ? variable.path("value").asText()
                            : secret.isObject()
                                    ? secret.path("name").asText()
                                            + "/"
                                            + secret.path("key").asText()
                                    : fields.get(
                                            variable.at("/valueFrom/fieldRef/fieldPath").asText());
            assertThat(value).as(variable.toString()).isNotNull();
            environment.put(variable.path("name").asText(), value);
        }
        return environment;
    }

    private static String nameOfPodZero(JsonNode manifest) {
        String name = manifest.at("/metadata/name").asText();
        JsonNode replicated = manifest.at("/spec/replicatedJobs/0");
        return replicated.isMissingNode()
                ? "%s-0.%s".formatted(name, pod(manifest).path("subdomain").asText())
                : "%s-%s-0-0.%s"
                        .formatted(
                                name,
                                replicated.path("name").asText(),
                                manifest.at("/spec/network/subdomain").asText());
    }

    private static ObjectNode jobSpec(JsonNode manifest) {
        JsonNode replicated = manifest.at("/spec/replicatedJobs/0/template/spec");
        return (ObjectNode) (replicated.isMissingNode() ? manifest.path("spec") : replicated);
    }

    private static ObjectNode pod(JsonNode manifest) {
        return (ObjectNode) jobSpec(manifest).at("/template/spec");
    }

    private static ObjectNode container(JsonNode manifest) {
        return (ObjectNode) pod(manifest).at("/containers/0");
    }

    private static long bytes(JsonNode quantity) {
        return Quantity.fromString(quantity.asText()).getNumber().longValueExact();
    }
}
