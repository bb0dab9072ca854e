package org.jft.data.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.launcher.JavaModuleOptions;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.jft.data.ingest.ArchiveSource;
import org.jft.data.ingest.ClassNames;
import org.jft.data.ingest.FolderSource;
import org.jft.data.ingest.ImportEngine;
import org.jft.data.ingest.ImportLock;
import org.jft.data.ingest.ImportOptions;
import org.jft.data.ingest.ImportReport;
import org.jft.data.ingest.ManifestSource;
import org.jft.data.ingest.ShrinkRule;
import org.jft.data.ingest.Source;
import org.jft.data.ingest.SplitRule;
import org.jft.data.ingest.Verifier;
import org.jft.data.ingest.WebDatasetFormat;
import org.jft.data.shard.ShardLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the local engine; rows are read by DuckDB. */
class SparkEngineTest {
    @TempDir private Path folder;

    private static byte[] png(long seed) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 63; i++) {
            image.setRGB(i % 9, i / 9, random.nextInt());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** Copies, images that only shrinking makes equal, and broken ones. */
    private static byte[] image(Random random) throws IOException {
        byte[] image = png(random.nextInt(60));
        return switch (random.nextInt(16)) {
            case 0 -> new byte[3];
            case 1 -> Arrays.copyOf(image, 40); // the header is whole, the pixels are not
            case 2, 3, 4 -> Arrays.copyOf(image, image.length + 1 + random.nextInt(2));
            default -> image;
        };
    }

    private Source archives(Random random) throws Exception {
        List<Path> archives = new ArrayList<>();
        for (int a = 0; a < 3; a++) {
            Path from = folder.resolve("in%d-%d".formatted(random.nextInt(1 << 30), a));
            Files.createDirectories(from);
            for (int i = 0; i < 50; i++) {
                Files.write(from.resolve(i + ".png"), image(random));
                Files.writeString(
                        from.resolve(i + ".json"),
                        "{\"labels\": [[\"all\", \"c%d\"]], \"confidences\": [%.2f]}"
                                .formatted(random.nextInt(6), random.nextFloat()));
            }
            Path archive = folder.resolve(from.getFileName() + ".tar");
            List<String> tar = new ArrayList<>(List.of("tar", "-cf", archive.toString()));
            if (random.nextBoolean()) {
                tar.add("--gzip");
            }
            tar.addAll(List.of("-C", from.toString(), "."));
            assertThat(new ProcessBuilder(tar).start().waitFor()).isZero();
            archives.add(archive);
        }
        return new ArchiveSource(new WebDatasetFormat(ClassNames.numbered()), archives, List.of());
    }

    private Source manifest(Random random) throws IOException {
        Path base = folder.resolve("table%d".formatted(random.nextInt(1 << 30)));
        Files.createDirectories(base);
        StringBuilder table = new StringBuilder("path\tlabels\tconfidence\tclean_labels\tsplit\n");
        for (int i = 0; i < 150; i++) {
            if (random.nextInt(20) > 0) {
                Files.write(base.resolve(i + ".png"), image(random));
            }
            table.append(
                    "%d.png\tall;c%d|d%d\t%.2f\t%s\t%s\n"
                            .formatted(
                                    i,
                                    random.nextInt(6),
                                    random.nextInt(3),
                                    random.nextFloat(),
                                    random.nextBoolean() ? "" : "all;c" + random.nextInt(6),
                                    random.nextInt(4) == 0 ? "test" : "train"));
        }
        return new ManifestSource(Files.writeString(base.resolve("t.tsv"), table));
    }

    private static ImportOptions options(SplitRule split, boolean shrinking) {
        return new ImportOptions(
                split,
                3,
                shrinking ? new ShrinkRule(ShrinkRule.Side.LONGER, 5, 92) : ShrinkRule.NONE,
                50,
                1,
                new ShardLayout(4000, 1000, 500),
                false);
    }

    private static List<String> rows(Path set) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet found =
                        statement.executeQuery(
                                ("select hex(key) || sha256(image.bytes) || image.path || width"
                                                + " || 'x' || height || labels::varchar ||"
                                                + " coalesce(clean_labels::varchar, '-')"
                                                + " from '%s/shard-*.parquet' order by 1")
                                        .formatted(set))) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    @Test
    void shouldWriteTheRowsThatTheLocalEngineWrites() throws Exception {
        for (int round = 0; round < 4; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            boolean tars = round % 2 == 0;
            SplitRule split = tars ? new SplitRule.ByShare(0.3) : new SplitRule.AsListed();
            ImportOptions options = options(split, round >= 2);
            Source source = tars ? archives(random) : manifest(random);
            Path local = folder.resolve("local" + round);
            Path spark = folder.resolve("spark" + round);
            ImportReport expected =
                    ImportEngine.named("local").run(source, options, local, line -> {});
            ImportReport found =
                    ImportEngine.named("spark").run(source, options, spark, line -> {});
            String hint = "seed=%d, round=%d".formatted(seed, round);
            assertThat(found.toString().replace(spark.toString(), local.toString()))
                    .as(hint)
                    .isEqualTo(expected.toString());
            for (ImportReport.Split side : expected.splits()) {
                Path there = spark.resolve(side.name());
                assertThat(rows(there)).as(hint).isEqualTo(rows(side.folder())).isNotEmpty();
                assertThat(there.resolve("taxonomy.json"))
                        .as(hint)
                        .hasSameTextualContentAs(side.folder().resolve("taxonomy.json"));
                // those that were cut off within their pixels
                assertThat(new Verifier(there.toString()).run().problems())
                        .as(hint)
                        .hasSameSizeAs(new Verifier(side.folder().toString()).run().problems());
            }
            assertThat(Files.readAllLines(spark.resolve("quarantine.tsv")))
                    .as(hint)
                    .containsExactlyInAnyOrderElementsOf(
                            Files.readAllLines(local.resolve("quarantine.tsv")));
            assertThat(spark.resolve(".import")).doesNotExist();
        }
    }

    @Test
    void shouldFailInTheWordsOfTheLocalEngine() throws Exception {
        Path out = folder.resolve("out");
        Path table =
                Files.writeString(
                        folder.resolve("t.tsv"), "path\ttags\tconfidence\nx.png\ta;b\t1;1;1\n");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        for (String engine : List.of("local", "spark")) {
            assertThatThrownBy(() -> run(engine, new ManifestSource(table), out))
                    .as(engine)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("t.tsv: line 2: 3 confidences for 2 labels");
            assertThatThrownBy(() -> run(engine, new FolderSource(empty, null), out))
                    .as(engine)
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("there is no image in the source");
        }
    }

    private static void run(String engine, Source source, Path out) {
        ImportEngine.named(engine)
                .run(source, options(new SplitRule.AsListed(), false), out, line -> {});
    }

    /** Spark's launcher with a master, two workers and two executors, each a process of its own. */
    @Test
    void shouldRunOnAClusterUnderSparkSubmit() throws Exception {
        Path images = folder.resolve("images");
        Files.createDirectories(images.resolve("a"));
        for (int i = 0; i < 50; i++) {
            Files.write(images.resolve("a/%d.png".formatted(i)), png(i));
        }
        String classPath = System.getProperty("java.class.path");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(List.of("-cp", classPath, "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(List.of("--master", "local-cluster[2,1,512]"));
        command.addAll(List.of("--conf", "spark.executor.memory=512m"));
        command.addAll(List.of("--conf", "spark.executor.extraClassPath=" + classPath));
        command.addAll(List.of("--class", "org.jft.data.cli.JftData", "spark-internal"));
        command.addAll(List.of("import", "folder", "images", "out", "--engine", "spark"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        Path sparkHome = folder.resolve("spark");
        Files.createDirectories(sparkHome.resolve("jars"));
        builder.environment().put("SPARK_HOME", sparkHome.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("50 images, 1.00 labels each").contains("executor 1");
        assertThat(rows(folder.resolve("out"))).hasSize(50);
    }

    @Test
    void shouldLeaveAFolderAloneThatAnotherImportWritesToOrWasInterruptedIn() throws Exception {
        Path out = folder.resolve("out");
        Path images = Files.createDirectories(folder.resolve("images"));
        Files.write(images.resolve("1.png"), png(1));
        Source source = new FolderSource(images, null);
        try (ImportLock lock = ImportLock.take(out)) {
            for (String engine : List.of("local", "spark")) {
                assertThatThrownBy(() -> run(engine, source, out))
                        .as(engine)
                        .isInstanceOf(ConfigException.class)
                        .hasMessage(out + ": another import writes here now");
            }
            assertThat(lock.folder()).isDirectory();
        }
        Path journal = Files.writeString(out.resolve(".import/journal.json"), "{}");
        assertThatThrownBy(() -> run("spark", source, out))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("import with --engine local was interrupted here");
        assertThat(journal).exists();
    }
}
