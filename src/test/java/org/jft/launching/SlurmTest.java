package org.jft.launching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.cluster.launch.MemberEnvironment;
import org.jft.core.topology.Topology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The batch script, run with an srun and an scontrol that write down what they are told. */
class SlurmTest {
    private static final Path SCRIPT = Path.of("..", "scripts", "slurm", "train.sbatch");
    private static final int TASKS = 3;

    @TempDir Path folder;

    @BeforeEach
    void makeACluster() throws IOException {
        script(
                "bin/scontrol",
                """
                echo "$*" >> "$TOLD/scontrol"
                [ "$1 $2" != "show hostnames" ] || printf 'node7\\nnode8\\nnode9\\n'
                """);
        // Ends with the highest code of the tasks, as srun does.
        script(
                "bin/srun",
                """
                highest=0
                while [[ $1 == --* ]]; do echo "$1" >> "$TOLD/srun"; shift; done
                for ((i = 0; i < SLURM_NTASKS; i++)); do
                  code=0
                  SLURM_PROCID=$i SLURM_LOCALID=0 "$@" || code=$?
                  ((code <= highest)) || highest=$code
                done
                exit $highest
                """);
        script(
                "scripts/jft-train",
                """
                [ "$1" != --version ] || { echo version >> "$TOLD/order"; exit 0; }
                echo task >> "$TOLD/order"
                printf '%s\\n' "$@" > "$TOLD/arguments.$SLURM_PROCID"
                env > "$TOLD/environment.$SLURM_PROCID"
                exit "${EXIT:-0}"
                """);
        Files.createDirectories(folder.resolve("told"));
    }

    @Test
    void shouldTellEachTaskItsRankAndWhereTheyMeet() throws Exception {
        assertThat(run(Map.of("RANK", "5", "WORLD_SIZE", "6", "JFT_AERON_DIR", "/old"))).isZero();
        List<Map<String, String>> tasks = new ArrayList<>();
        for (int rank = 0; rank < TASKS; rank++) {
            Map<String, String> environment = environment(rank);
            MemberEnvironment member = MemberEnvironment.read(environment);
            assertThat(member.topology()).isEqualTo(new Topology(rank, TASKS));
            assertThat(member.localRank()).isZero();
            assertThat(member.job()).contains("123456.0");
            assertThat(member.aeronDirectory()).isEmpty();
            assertThat(environment).containsEntry("MASTER_ADDR", "node7");
            assertThat(environment).containsEntry("MASTER_PORT", "23456");
            assertThat(environment.get("JFT_JOB_SECRET")).matches("[0-9a-f]{64}");
            tasks.add(environment);
        }
        assertThat(tasks).extracting(task -> task.get("JFT_JOB_SECRET")).containsOnly(secret(0));
        assertThat(told("arguments.1")).containsExactly("--config", "a b.yaml", "--out", "runs/x");
    }

    @Test
    void shouldDrawAnotherSecretAndJobForEachAttempt() throws Exception {
        run(Map.of());
        String first = secret(0);
        run(Map.of("SLURM_RESTART_COUNT", "1"));
        assertThat(secret(0)).isNotEqualTo(first);
        assertThat(MemberEnvironment.read(environment(0)).job()).contains("123456.1");
    }

    @Test
    void shouldBuildOnceBeforeTheTasksStart() throws Exception {
        run(Map.of());
        assertThat(told("order")).containsExactly("version", "task", "task", "task");
    }

    @Test
    void shouldBindTasksAndGiveTheOthersTimeToSayWhoFailed() throws Exception {
        run(Map.of("SLURM_CPUS_PER_TASK", "12"));
        assertThat(told("srun"))
                .contains("--cpus-per-task=12", "--cpu-bind=cores", "--gpu-bind=none")
                .contains("--kill-on-bad-exit=0", "--wait=60");
    }

    @Test
    void shouldQueueAgainAfterTheWorkersHaveLeftWithACheckpoint() throws Exception {
        assertThat(run(Map.of("EXIT", "143"))).isZero();
        assertThat(told("scontrol")).containsExactly("show hostnames nodes", "requeue 123456");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 137})
    void shouldFailAsTheTasksDoOtherwise(int code) throws Exception {
        assertThat(run(Map.of("EXIT", String.valueOf(code)))).isEqualTo(code);
        assertThat(told("scontrol")).containsExactly("show hostnames nodes");
    }

    @Test
    void shouldSayWhatIsMissingOutsideAJobAndOutsideTheProject() throws Exception {
        assertThat(run(Map.of("SLURM_JOB_ID", ""))).isEqualTo(2);
        assertThat(told("output")).singleElement().asString().contains("sbatch");
        assertThat(run(Map.of("SLURM_SUBMIT_DIR", "/nowhere"))).isEqualTo(2);
        assertThat(told("output")).singleElement().asString().contains("/nowhere/scripts/jft");
    }

    @Test
    void shouldAskForTheSignalThatTheWorkersHearAndForItsRequeue() throws Exception {
        assertThat(Files.readAllLines(SCRIPT))
                .contains("#SBATCH --signal=TERM@180", "#SBATCH --requeue");
    }

    @Test
    void shouldPassShellcheck() throws Exception {
        assumeThat(Path.of("/usr/bin/shellcheck")).exists();
        Process check =
                new ProcessBuilder("shellcheck", "-s", "bash", SCRIPT.toString())
                        .redirectErrorStream(true)
                        .start();
        assertThat(new String(check.getInputStream().readAllBytes())).isEmpty();
    }

    private int run(Map<String, String> more) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        "bash",
                        SCRIPT.toAbsolutePath().toString(),
                        "--config",
                        "a b.yaml",
                        "--out",
                        "runs/x");
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.matches("(JFT|SLURM)_.*"));
        environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("TOLD", folder.resolve("told").toString());
        environment.put("SLURM_JOB_ID", "123456");
        environment.put("SLURM_JOB_NODELIST", "nodes");
        environment.put("SLURM_NTASKS", String.valueOf(TASKS));
        environment.put("SLURM_SUBMIT_DIR", folder.toString());
        environment.putAll(more);
        builder.redirectErrorStream(true);
        builder.redirectOutput(folder.resolve("told/output").toFile());
        return builder.start().waitFor();
    }

    private String secret(int rank) throws IOException {
        return environment(rank).get("JFT_JOB_SECRET");
    }

    private Map<String, String> environment(int rank) throws IOException {
        Map<String, String> environment = new HashMap<>();
        for (String line : told("environment." + rank)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                environment.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return environment;
    }

    private List<String> told(String file) throws IOException {
        return Files.readAllLines(folder.resolve("told").resolve(file));
    }

    private void script(String name, String body) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/usr/bin/env bash\n" + body);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
