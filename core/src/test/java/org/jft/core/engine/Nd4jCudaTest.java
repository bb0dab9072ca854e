package org.jft.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jft.core.engine.Nd4jCuda.Answer;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Nd4jCudaTest {
    private static final Path BINDINGS = Path.of("target", "cuda-bindings");

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"3.7", "5.0", "7.0", "7.5", "8.6", "8.9", "7.0\n8.6\n"})
    void shouldTakeWhatTheBackendHasCodeFor(String capabilities) {
        assertThatCode(() -> Nd4jCuda.requireSupported(new Answer(0, capabilities)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"9.0", "10.0", "12.0"})
    void shouldSendNewerGpusToTheCudaEngine(String capability) {
        assertRefused(
                new Answer(0, capability + "\n"),
                "JFT_PROFILE=nd4j-cuda: the GPU has compute capability "
                        + capability
                        + " and ND4J's CUDA backend runs on 3.7 to 8.9; build with -Pcuda and set"
                        + " JFT_PROFILE=cuda, engine.name: cuda, or run on the CPU with an empty"
                        + " JFT_PROFILE");
    }

    @Test
    void shouldSendOlderGpusToTheCpu() {
        assertRefused(
                new Answer(0, "3.5\n"),
                "JFT_PROFILE=nd4j-cuda: the GPU has compute capability 3.5 and ND4J's CUDA backend"
                        + " runs on 3.7 to 8.9; run on the CPU with an empty JFT_PROFILE");
    }

    @Test
    void shouldRefuseWhenOneOfSeveralGpusDoesNotFit() {
        assertThatThrownBy(() -> Nd4jCuda.requireSupported(new Answer(0, "8.0\n9.0\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("compute capability 9.0");
    }

    @Test
    void shouldSayThatThereIsNoGpu() {
        String sentence =
                "JFT_PROFILE=nd4j-cuda: this process sees no NVIDIA GPU; run on the CPU with an"
                        + " empty JFT_PROFILE";
        assertRefused(new Answer(0, ""), sentence);
        assertRefused(new Answer(6, "No devices were found\n"), sentence);
        assertRefused(Nd4jCuda.ask("nvidia-smi", ""), sentence);
        assertRefused(Nd4jCuda.ask("nvidia-smi", "-1"), sentence);
    }

    @Test
    void shouldSayWhatItCouldNotRead() {
        assertRefused(
                new Answer(2, "Field \"compute_cap\" is not a valid field to query.\n\n"),
                "JFT_PROFILE=nd4j-cuda: nvidia-smi does not tell the GPU's compute capability"
                        + " (Field \"compute_cap\" is not a valid field to query.); install or"
                        + " update the NVIDIA driver, or run on the CPU with an empty JFT_PROFILE");
        assertRefused(
                new Answer(0, "[N/A]\n"),
                "JFT_PROFILE=nd4j-cuda: nvidia-smi does not tell the GPU's compute capability"
                        + " ([N/A]); install or update the NVIDIA driver, or run on the CPU with"
                        + " an empty JFT_PROFILE");
        assertRefused(
                new Answer(9, ""),
                "JFT_PROFILE=nd4j-cuda: nvidia-smi does not tell the GPU's compute capability"
                        + " (exit code 9); install or update the NVIDIA driver, or run on the CPU"
                        + " with an empty JFT_PROFILE");
        assertThatThrownBy(() -> Nd4jCuda.requireSupported(new Answer(9, "8.6")))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void shouldSayThatNobodyCouldBeAsked() {
        assertThatThrownBy(
                        () ->
                                Nd4jCuda.requireSupported(
                                        Nd4jCuda.ask(folder.resolve("absent").toString(), null)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("absent")
                .hasMessageEndingWith(
                        "; install or update the NVIDIA driver, or run on the CPU with an empty"
                                + " JFT_PROFILE");
    }

    /** Tests have the classes of the bindings, but no natives. */
    @Test
    void shouldSayWhichLibraryDoesNotLoad() {
        assertThatThrownBy(Nd4jCuda::requireLibraries)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "JFT_PROFILE=nd4j-cuda: cudart of CUDA 11.6 and cuDNN 8.3 does not load (")
                .hasMessageEndingWith(
                        "; install it, add its folder to LD_LIBRARY_PATH, or run on the CPU with"
                                + " an empty JFT_PROFILE");
    }

    @Test
    void shouldAskAboutTheGpusThatTheProcessSees() throws IOException {
        Path echo = program("echo \"$@\"; exit 3");
        String all = "--query-gpu=compute_cap --format=csv,noheader";
        assertThat(Nd4jCuda.ask(echo.toString(), null)).isEqualTo(new Answer(3, all + "\n"));
        assertThat(Nd4jCuda.ask(echo.toString(), "2,3"))
                .isEqualTo(new Answer(3, all + " --id=2,3\n"));
    }

    @Test
    void shouldStopACommandBeforeItLoadsNd4j() throws Exception {
        Process command = probe("command");
        assertThat(text(command))
                .contains("JFT_PROFILE=nd4j-cuda: this process sees no NVIDIA GPU")
                .doesNotContain("the command ran");
        assertThat(command.waitFor()).isEqualTo(2);
    }

    /** The marker alone: ND4J itself is the CPU's, so engines get as far as they would. */
    @Test
    void shouldChooseDl4jAndKeepOthersOffItsBackend() throws Exception {
        assertThat(text(probe("engines")).lines())
                .containsSubsequence(
                        "auto is nd4j",
                        "engine.name=onednn: ND4J's CUDA backend is on the class path and cannot"
                                + " set the CPU's threads; leave it out with an empty JFT_PROFILE",
                        "engine.name=cuda: built without the CUDA bindings; set JFT_PROFILE=cuda,"
                                + " or build with: mvn -Pcuda -DskipTests package");
    }

    @Test
    void shouldRefuseTheBindingsOfTwoCudas() throws IOException {
        List<Path> jars;
        try (var files = Files.list(BINDINGS)) {
            jars = files.sorted().toList();
        }
        assertThat(jars).hasSize(2);
        URL first = jars.get(0).toUri().toURL();
        URL second = jars.get(1).toUri().toURL();
        try (URLClassLoader one = new URLClassLoader(new URL[] {first}, null);
                URLClassLoader two = new URLClassLoader(new URL[] {first, second}, null)) {
            assertThatCode(() -> Nd4jCuda.requireOneBinding(one)).doesNotThrowAnyException();
            assertThatThrownBy(() -> Nd4jCuda.requireOneBinding(two))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(
                            "JFT_PROFILE=nd4j-cuda: the class path has CUDA's bindings more than"
                                    + " once, ")
                    .hasMessageContaining(first.toString())
                    .hasMessageContaining(second.toString())
                    .hasMessageEndingWith(
                            "; keep ND4J's CUDA backend apart from the cuda engine's folder");
        }
    }

    private static void assertRefused(Answer answer, String sentence) {
        assertThatThrownBy(() -> Nd4jCuda.requireSupported(answer))
                .isInstanceOf(ConfigException.class)
                .hasMessage(sentence);
    }

    private Path program(String script) throws IOException {
        Path file = folder.resolve("nvidia-smi");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private Process probe(String what) throws IOException {
        Files.writeString(folder.resolve("nd4j-jcublas.properties"), "");
        ProcessBuilder child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                                "-cp",
                                folder + ":" + System.getProperty("java.class.path"),
                                Nd4jCudaProbe.class.getName(),
                                what)
                        .redirectErrorStream(true);
        child.environment().put("CUDA_VISIBLE_DEVICES", "");
        return child.start();
    }

    private static String text(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes());
    }
}
