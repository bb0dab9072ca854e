package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jft.cluster.transport.IpcSettings;
import org.jft.cluster.transport.MediaDriverHost;
import org.jft.data.cli.JftData;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that nobody of ours starts: the variables of torchrun say who they are. */
class PlainHostTest {
    private static final int WORKERS = 2;

    @TempDir static Path folder;

    @BeforeAll
    static void makeData() {
        SyntheticSet.make(folder);
    }

    @Test
    void shouldTrainAsTheMembersThatTheEnvironmentNames() throws Exception {
        List<Result> results = run("plain", List.of(List.of(), List.of()));
        assertThat(results).allMatch(result -> result.exitCode() == 0, results.toString());
        assertThat(results.get(0).out()).contains("2 workers");
        assertThat(
                        new ObjectMapper()
                                .readTree(folder.resolve("plain/summary.json").toFile())
                                .path("world_size")
                                .asInt())
                .isEqualTo(WORKERS);
    }

    @Test
    void shouldSayOnEachRankWhichReadsOtherData() {
        Result made =
                Command.run(
                        JftData.class,
                        folder,
                        "synth",
                        "other",
                        "--images",
                        "400",
                        "--seed",
                        "2",
                        "--test-images",
                        "100",
                        "--size",
                        "20");
        assertThat(made.exitCode()).as(made.err()).isZero();
        List<Result> results =
                run("differs", List.of(List.of(), List.of("--set", "data.train=other/train")));
        assertThat(results)
                .allSatisfy(
                        result -> {
                            assertThat(result.exitCode()).as(result.err()).isNotZero();
                            assertThat(result.err())
                                    .contains("ranks 1 read another data set than rank 0");
                        });
    }

    private static List<Result> run(String out, List<List<String>> more) {
        try (MediaDriverHost driver =
                MediaDriverHost.start(WORKERS, IpcSettings.DEFAULT, problem -> {})) {
            List<Command> workers = new ArrayList<>();
            for (int rank = 0; rank < WORKERS; rank++) {
                Map<String, String> environment = new HashMap<>();
                environment.put("RANK", String.valueOf(rank));
                environment.put("LOCAL_RANK", String.valueOf(rank));
                environment.put("WORLD_SIZE", String.valueOf(WORKERS));
                environment.put("JFT_JOB", out);
                environment.put("JFT_AERON_DIR", driver.directory().toString());
                List<String> arguments =
                        new ArrayList<>(List.of("--config", "tiny.yaml", "--out", out));
                arguments.addAll(more.get(rank));
                workers.add(
                        Command.start(
                                JftTrain.class,
                                folder,
                                environment,
                                arguments.toArray(String[]::new)));
            }
            return workers.stream().map(Command::await).toList();
        }
    }
}
