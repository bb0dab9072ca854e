package org.jft.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which folders the scripts put together: two sets of CUDA's bindings never meet. */
class ClassPathsTest {
    private static final Path LAUNCH = Path.of("..", "scripts", "lib", "launch.sh");
    private static final String BENCH = "bench-lib/*:";

    static Stream<List<String>> profiles() {
        return Stream.of(
                List.of("", "lib/*"),
                List.of("cuda", "lib/*:cuda/*"),
                List.of("cuda12", "lib/*:cuda12/*"),
                List.of("nd4j-cuda", "nd4j-cuda/*"),
                List.of("spark", "spark/*"));
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void shouldGiveEachProfileItsFolders(List<String> profile) throws Exception {
        assertThat(folders(profile.get(0), "")).isEqualTo(profile.get(1));
        assertThat(
                        folders(
                                profile.get(0),
                                "JFT_CLASS_PATH=$JFT_HOME/target/jft/bench-lib/*:$JFT_CLASS_PATH;"))
                .isEqualTo(BENCH + profile.get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda,nd4j-cuda", "nd4j-cuda cuda", "nd4j-cuda12"})
    void shouldRefuseTwoProfilesAtOnce(String both) throws Exception {
        assertThat(folders(both, ""))
                .endsWith(
                        "JFT_PROFILE="
                                + both
                                + ": there is cuda, cuda12 and nd4j-cuda, one at a time");
    }

    /** This module sees all that training sees. */
    @ParameterizedTest
    @ValueSource(strings = {"org.apache.spark.SparkContext", "scala.Tuple2"})
    void shouldKeepSparkAwayFromTraining(String name) {
        assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }

    /** Or a file whose name is not ASCII could not be opened. */
    @Test
    void shouldGiveJavaAUtf8Locale() throws Exception {
        String script = ". \"$0\"; use_utf8; locale charmap";
        assertThat(answer(script, Map.of("LC_ALL", "C"))).isEqualTo("UTF-8");
    }

    private static String folders(String profile, String before)
            throws IOException, InterruptedException {
        String script =
                ". \"$0\"; %s use_profile; echo \"${JFT_CLASS_PATH//$JFT_HOME\\/target\\/jft\\//}\"";
        return answer(script.formatted(before), Map.of("JFT_PROFILE", profile));
    }

    private static String answer(String script, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder shell =
                new ProcessBuilder("bash", "-c", script, LAUNCH.toString())
                        .redirectErrorStream(true);
        shell.environment().putAll(environment);
        Process process = shell.start();
        String answer = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return answer.strip();
    }
}
