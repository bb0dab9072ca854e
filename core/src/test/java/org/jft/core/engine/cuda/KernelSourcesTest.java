package org.jft.core.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class KernelSourcesTest {
    private static final Pattern KERNEL = Pattern.compile("(?m)^KERNEL (\\w+)\\(([^)]*)\\)");
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern SPILL = Pattern.compile("(\\d+) bytes spill stores");
    private static final Pattern CATALOGUED =
            Pattern.compile("`(\\w+)(?:\\[(\\w+)])?\\(([^`]*)\\)`");
    private static final List<Integer> ARCHITECTURES = List.of(80, 90);

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void shouldCompileEachSourceForGpusWithoutHeadersAndWithoutSpills(
            Format format, @TempDir Path folder) throws IOException {
        assumeTrue(Tools.onPath("nvcc"), "nvcc is not installed");
        List<String> command = new ArrayList<>(List.of("nvcc", "-fatbin", "--fmad=false"));
        command.addAll(List.of("-DT_" + format, "-Werror=all-warnings", "-Xptxas=-v"));
        command.addAll(List.of("--threads=0", "--output-directory=" + folder));
        for (int each : ARCHITECTURES) {
            command.add("-gencode=arch=compute_%d,code=sm_%d".formatted(each, each));
        }
        List<String> expected = new ArrayList<>();
        for (String family : Kernels.FAMILIES) {
            Path source = folder.resolve(family + ".cu");
            Files.writeString(source, Kernels.text(family));
            command.add(source.toString());
            ARCHITECTURES.forEach(each -> expected.addAll(Kernels.definitions(family)));
        }

        String said = Tools.run(command.toArray(String[]::new));

        assertThat(found(ENTRY, said)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(found(SPILL, said)).as(said).containsOnly("0");
    }

    /** Each kernel of a family with its parameters, as "name(type name, ...)". */
    private static Stream<String> signatures(String family) {
        return KERNEL.matcher(Kernels.text(family))
                .results()
                .map(match -> match.group(1) + "(" + match.group(2).strip() + ")")
                .map(signature -> signature.replaceAll("\\s+", " "));
    }

    /** Eight loads of two bytes take eight times the instructions of one of sixteen. */
    @ParameterizedTest
    @CsvSource({
        "norm, norm_",
        "group, group_",
        "pool, max_pool",
        "elements, add",
        "elements, linear_epilogue"
    })
    void shouldLoadActivationsSixteenBytesAtATime(
            String family, String kernels, @TempDir Path folder) throws IOException {
        assumeTrue(Tools.onPath("nvcc"), "nvcc is not installed");
        Path source = folder.resolve(family + ".cu");
        Path code = folder.resolve(family + ".ptx");
        Files.writeString(source, Kernels.text(family));
        Tools.run(
                "nvcc",
                "-ptx",
                "-arch=sm_90",
                "-DT_FP16",
                "-o",
                code.toString(),
                source.toString());
        List<String> reading =
                signatures(family)
                        .filter(signature -> signature.startsWith(kernels))
                        .filter(signature -> signature.contains("const T*"))
                        .map(signature -> signature.replaceAll("\\(.*", ""))
                        .toList();
        assertThat(reading).isNotEmpty();
        for (String kernel : reading) {
            String body = Files.readString(code).split("\\.entry " + kernel + "\\(")[1];
            assertThat(body.split("\\.entry ")[0]).as(kernel).contains("ld.global.v4");
        }
    }

    /** The catalogue's kernels, each with its parameters as the source has them. */
    private static Stream<String> catalogued(MatchResult row) {
        String parameters = row.group(3).replace("?", "").replace("uint8", "u8");
        Stream<String> plain = Stream.of("%s(%s)".formatted(row.group(1), parameters));
        if (row.group(2) == null) {
            return plain;
        }
        String other =
                row.group(2).equals("_wide")
                        ? parameters.replace("u8*", "int*")
                        : parameters.replaceAll("\\bT\\*", "float*");
        return Stream.concat(plain, Stream.of(row.group(1) + row.group(2) + "(" + other + ")"));
    }

    @Test
    void shouldHaveTheSignaturesOfTheCatalogue() {
        List<String> signatures =
                Kernels.FAMILIES.stream().flatMap(KernelSourcesTest::signatures).toList();

        List<String> catalogue =
                CATALOGUED
                        .matcher(Tools.resource("kernels/README.md"))
                        .results()
                        .flatMap(KernelSourcesTest::catalogued)
                        .filter(signature -> signature.matches(".*\\w\\* .*")) // not a formula
                        .toList();
        assertThat(catalogue).containsExactlyInAnyOrderElementsOf(signatures);
    }
}
