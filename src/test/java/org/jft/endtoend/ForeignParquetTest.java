package org.jft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.jft.data.cli.JftData;
import org.jft.data.shard.DataSet;
import org.jft.data.taxonomy.TaxonomyClass;
import org.jft.endtoend.Command.Result;
import org.jft.train.cli.JftTrain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet of another writer, trained from where it lies. */
class ForeignParquetTest {
    @TempDir private Path folder;

    @Test
    void shouldTrainTheSameFromParquetOfAnotherWriterAsFromTheSetItWasMadeOf() throws Exception {
        SyntheticSet.make(folder);
        copyWithDuckDb();
        Result indexed =
                Command.run(JftData.class, folder, "index", "foreign", "--classes", "classes.txt");
        assertThat(indexed.exitCode()).as(indexed.err()).isZero();
        assertThat(indexed.out())
                .matches("foreign: 400 images of \\d+ classes in 1 files, where they were\\R");
        assertThat(Command.run(JftData.class, folder, "verify", "foreign").exitCode()).isZero();

        List<String> ours = losses("ours", "set/train");
        assertThat(ours).hasSizeGreaterThan(3);
        assertThat(losses("others", "foreign")).isEqualTo(ours);
    }

    /** As Hugging Face lays it out: a struct of bytes and path, a list of class numbers. */
    private void copyWithDuckDb() throws Exception {
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        try (DataSet data = DataSet.open(folder.resolve("set/train"))) {
            Files.write(
                    folder.resolve("classes.txt"),
                    data.taxonomy().classes().stream().map(TaxonomyClass::name).toList());
        }
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    ("copy (select image, [l.id for l in labels] as label"
                                    + " from '%s/set/train/shard-*.parquet')"
                                    + " to '%s' (format parquet, compression snappy)")
                            .formatted(folder, foreign.resolve("train-00000-of-00001.parquet")));
        }
    }

    /** Without their hierarchy, which the copy has not. */
    private List<String> losses(String run, String set) throws IOException {
        Result trained =
                Command.run(
                        JftTrain.class,
                        folder,
                        "--config=tiny.yaml",
                        "--out=" + run,
                        "--set=data.train=" + set,
                        "--set=data.labels.fill_upward=false");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        try (Stream<String> lines = Files.lines(folder.resolve(run).resolve("metrics.jsonl"))) {
            return lines.filter(line -> line.contains("\"loss\""))
                    .map(line -> line.replaceAll(".*\"loss\":([^,}]*).*", "$1"))
                    .toList();
        }
    }
}
