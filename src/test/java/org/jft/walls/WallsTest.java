package org.jft.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jft.walls.Walls.blind;
import static org.jft.walls.Walls.noCycles;
import static org.jft.walls.Walls.onlyIn;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom, over the classes of all modules. */
class WallsTest {
    private static final String CORE = "org.jft.core..";
    private static final String DATA = "org.jft.data..";
    private static final String CLUSTER = "org.jft.cluster..";
    private static final String TRAIN = "org.jft.train..";
    private static final String EVAL = "org.jft.eval..";
    private static final String MODEL = "org.jft.core.model..";
    private static final String ENGINE = "org.jft.core.engine..";

    private static final String[] AERON = {"io.aeron.."};
    private static final String[] PARQUET = {"org.apache.parquet..", "org.apache.hadoop.."};
    private static final String[] AWS = {"software.amazon.."};
    private static final String[] YAML = {
        "com.fasterxml.jackson.dataformat.yaml..", "org.yaml.snakeyaml.."
    };
    private static final String[] DL4J = {"org.deeplearning4j..", "org.nd4j.."};
    private static final String[] OPENCV = {"org.bytedeco.opencv.."};
    private static final String[] NATIVES = {"org.bytedeco.."};
    private static final String[] BACKENDS = {"org.jft.core.engine.*.."};

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages("org.jft");
    }

    /** core <- data, cluster (neither sees the other) <- train <- eval. */
    @TestFactory
    Stream<DynamicTest> shouldStackModules() {
        return tests(
                blind(CORE, DATA, CLUSTER, TRAIN, EVAL),
                blind(DATA, CLUSTER, TRAIN, EVAL),
                blind(CLUSTER, DATA, TRAIN, EVAL),
                blind(TRAIN, EVAL));
    }

    @TestFactory
    Stream<DynamicTest> shouldStopLibrariesAtTheirRoom() {
        return tests(
                onlyIn(AERON, "org.jft.cluster.transport..", "org.jft.cluster.membership.."),
                onlyIn(PARQUET, "org.jft.data.shard.."),
                onlyIn(AWS, "org.jft.data.store.."),
                onlyIn(YAML, "org.jft.core.config.."),
                onlyIn(DL4J, MODEL, ENGINE, "org.jft.core.checkpoint.."),
                onlyIn(OPENCV, "org.jft.data.image..", "org.jft.data.ingest.."),
                onlyIn(NATIVES, ENGINE, "org.jft.data.image..", "org.jft.data.ingest.."),
                onlyIn(BACKENDS, BACKENDS));
    }

    /** The wire moves floats and the order moves numbers: neither knows what they mean. */
    @TestFactory
    Stream<DynamicTest> shouldKeepModelsOutOfTheClusterAndTheOrder() {
        return tests(blind(CLUSTER, MODEL, ENGINE), blind("org.jft.data.order..", MODEL, ENGINE));
    }

    @TestFactory
    Stream<DynamicTest> shouldHaveNoCyclesOfPackages() {
        return Stream.of("core", "data", "cluster", "train", "eval")
                .map(module -> noCycles("org.jft." + module))
                .flatMap(WallsTest::tests);
    }

    @Test
    void shouldSeeTheClassesItJudges() {
        assertThat(classes.contain("org.jft.core.model.Architectures")).isTrue();
        assertThat(classes.stream().map(type -> type.getPackageName()))
                .noneMatch(name -> name.startsWith("org.jft.walls"));
    }

    @Test
    void shouldFailOnceARuleIsTurnedAround() {
        assertThat(fails(blind(MODEL, "org.jft.core.config.."), classes)).isTrue();
        for (String[] library : List.of(AERON, PARQUET, AWS, YAML, DL4J, OPENCV, NATIVES)) {
            assertThat(fails(onlyIn(library, "org.jft.nowhere.."), classes))
                    .as(library[0])
                    .isTrue();
        }
        assertThat(fails(onlyIn(YAML, MODEL), classes)).isTrue();
        assertThat(fails(onlyIn(BACKENDS, MODEL), classes)).isTrue();
    }

    @Test
    void shouldFindACycle() {
        JavaClasses sample = new ClassFileImporter().importPackages("org.jft.walls.sample");

        assertThat(fails(noCycles("org.jft.walls.sample"), sample)).isTrue();
    }

    @Test
    void shouldAllowRoomsThatAreNotBuiltYet() {
        assertThat(fails(blind("org.jft.nowhere..", CORE), classes)).isFalse();
        assertThat(fails(noCycles("org.jft.nowhere"), classes)).isFalse();
    }

    private static boolean fails(ArchRule rule, JavaClasses judged) {
        return rule.evaluate(judged).hasViolation();
    }

    private static Stream<DynamicTest> tests(ArchRule... rules) {
        return Stream.of(rules)
                .map(
                        rule ->
                                DynamicTest.dynamicTest(
                                        rule.getDescription(), () -> rule.check(classes)));
    }
}
