package org.jft.launching;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Both images start Java as the commands in scripts/ do. */
class ImageTest {
    private static final Path ROOT = Path.of("..");

    /** Without values that are a place, and without what only Spark needs. */
    private static final Pattern FLAG =
            Pattern.compile("--add-opens[ =][\\w./]+=ALL-UNNAMED|-D(?!jft|skip)[\\w.]+=[\\w-]+");

    @Test
    void shouldStartJavaWithTheFlagsOfTheCommands() throws IOException {
        Set<String> commands = flags("scripts/lib/launch.sh");
        assertThat(commands).hasSizeGreaterThan(4).contains("-Djava.awt.headless=true");
        assertThat(flags("scripts/kubernetes/Dockerfile")).isEqualTo(commands);
        assertThat(flags("eval/pom.xml")).isEqualTo(commands);
    }

    @Test
    void shouldStartTheSameCommandAsTheSameUserThatTheManifestsName() throws IOException {
        int user =
                Manifests.read("job/job.yaml")
                        .at("/spec/template/spec/securityContext/runAsUser")
                        .asInt();
        assertThat(read("scripts/kubernetes/Dockerfile"))
                .contains("USER %1$d:%1$d".formatted(user), "\"org.jft.train.cli.JftTrain\"]");
        assertThat(read("eval/pom.xml"))
                .contains(
                        "<user>%1$d:%1$d</user>".formatted(user),
                        "<mainClass>org.jft.train.cli.JftTrain</mainClass>");
    }

    private static Set<String> flags(String file) throws IOException {
        Set<String> flags = new TreeSet<>();
        Matcher matcher = FLAG.matcher(read(file));
        while (matcher.find()) {
            flags.add(matcher.group().replace(' ', '='));
        }
        return flags;
    }

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }
}
