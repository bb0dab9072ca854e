package org.jft.core.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelimitedFileTest {
    @TempDir private Path folder;

    private List<DelimitedFile.Row> read(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        List<DelimitedFile.Row> rows = new ArrayList<>();
        new DelimitedFile(file).read(columns -> {}, rows::add);
        return rows;
    }

    @Test
    void shouldReadQuotedFieldsAndCountLines() throws IOException {
        List<DelimitedFile.Row> rows =
                read(
                        "a.csv",
                        "\ufeffpath,labels\r\n\"a, \"\"b\"\"\nc.png\",x\r\n\r\nd.png,\"\"\r\n");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).get("path")).isEqualTo("a, \"b\"\nc.png");
        assertThat(rows.get(0).line()).isEqualTo(2);
        assertThat(rows.get(1).get("path")).isEqualTo("d.png");
        assertThat(rows.get(1).get("labels")).isEmpty();
        assertThat(rows.get(1).get("nowhere")).isEmpty();
        assertThat(rows.get(1).line()).isEqualTo(5);
    }

    @Test
    void shouldTakeQuotesLiterallyBetweenTabs() throws IOException {
        List<DelimitedFile.Row> rows = read("a.tsv", "path\tlabels\n\"a\tb,\"c\"");
        assertThat(rows.get(0).get("path")).isEqualTo("\"a");
        assertThat(rows.get(0).get("labels")).isEqualTo("b,\"c\"");
    }

    @Test
    void shouldReadBackRandomFields() throws IOException {
        for (int round = 0; round < 100; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder("a,b,c\n");
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String field = field(random);
                expected.add(field.trim());
                text.append('"').append(field.replace("\"", "\"\"")).append('"');
                text.append(i % 3 == 2 ? "\n" : ",");
            }
            List<String> found = new ArrayList<>();
            for (DelimitedFile.Row row : read("r.csv", text.toString())) {
                found.addAll(List.of(row.get("a"), row.get("b"), row.get("c")));
            }
            assertThat(found).as("seed=%d", seed).isEqualTo(expected);
        }
    }

    private static String field(Random random) {
        StringBuilder field = new StringBuilder("x");
        for (int k = random.nextInt(6); k > 0; k--) {
            field.append("ab,\"\n\tü".charAt(random.nextInt(7)));
        }
        return field.toString();
    }

    @Test
    void shouldNameTheLineThatIsWrong() {
        assertThatThrownBy(() -> read("a.tsv", "path\tlabels\na\tb\nc\n"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("a.tsv: line 3: has 1 fields, the header has 2");
        assertThatThrownBy(() -> read("b.csv", "path\n\"a\n\nb"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("b.csv: line 2: a quote is never closed");
        assertThatThrownBy(() -> read("c.csv", ""))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("c.csv: empty, expected a header line");
        assertThatThrownBy(
                        () -> {
                            Path file = folder.resolve("d.csv");
                            Files.write(file, "päth\n".getBytes(StandardCharsets.ISO_8859_1));
                            new DelimitedFile(file).read(columns -> {}, row -> {});
                        })
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("d.csv: not UTF-8 text");
    }
}
