package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivePatternTest {
    @TempDir private Path folder;

    @BeforeEach
    void setUp() throws IOException {
        for (String name : List.of("a-08.tar", "a-09.tar", "a-10.tar", "b-09.tar", "{x}.tar")) {
            Files.createFile(folder.resolve(name));
        }
    }

    private List<String> expand(String pattern) {
        return ArchivePattern.expand(folder + "/" + pattern).stream()
                .map(p -> p.getFileName().toString())
                .toList();
    }

    @Test
    void shouldReadBracesAsAShellDoes() {
        assertThat(expand("a-{08..10}.tar")).containsExactly("a-08.tar", "a-09.tar", "a-10.tar");
        assertThat(expand("{b,a}-09.tar")).containsExactly("b-09.tar", "a-09.tar");
        assertThat(expand("{a,b}-{09..9}.tar")).containsExactly("a-09.tar", "b-09.tar");
        assertThat(expand("a-10.tar")).containsExactly("a-10.tar");
        assertThat(expand("{x}.tar")).containsExactly("{x}.tar");
    }

    @Test
    void shouldSortWhatAWildcardMatches() {
        assertThat(expand("a-*.tar")).containsExactly("a-08.tar", "a-09.tar", "a-10.tar");
        assertThat(expand("{b,a}-?9.tar")).containsExactly("b-09.tar", "a-09.tar");
    }

    @Test
    void shouldNameWhatIsNotThere() {
        refuse("a-{08..11}.tar", "a-11.tar: no such file");
        refuse("c-*.tar", "c-*.tar: matches no file");
        refuse("no/*.tar", "no: no such folder");
        refuse("a-{9..1}.tar", "{9..1}: not a range of at most 1,000,000 numbers");
        refuse("a-{0..999999999}.tar", "{0..999999999}: not a range of at most 1,000,000 numbers");
        refuse("", "is a folder, name the files in it, such as");
    }

    private void refuse(String pattern, String sentence) {
        assertThatThrownBy(() -> expand(pattern))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(sentence);
    }
}
