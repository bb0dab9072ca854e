package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Box;
import org.jft.data.annotation.Instance;
import org.jft.data.shard.DataSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The package labelme-examples of Debian: three photographs of VOC 2011, whose objects are written
 * as COCO and as VOC by another program. What is expected was counted with Python.
 */
class LabelmeExamplesTest {
    private static final Path EXAMPLES = Path.of("/usr/share/doc/labelme-examples/examples");

    @TempDir private Path folder;

    @BeforeEach
    void findExamples() {
        assumeTrue(
                Files.isDirectory(EXAMPLES),
                "the Debian package labelme-examples is not installed");
    }

    private DataSet imported(Source source) {
        ImportReport report =
                new Importer()
                        .run(source, ImportOptions.DEFAULT, folder.resolve("out"), line -> {});
        assertThat(report.listed()).isEqualTo(3);
        assertThat(report.quarantined()).isZero();
        assertThat(new Verifier(folder.resolve("out").toString()).run().problems()).isEmpty();
        return DataSet.open(folder.resolve("out"));
    }

    private static List<Annotations> all(DataSet data) {
        return LongStream.range(0, data.rowCount())
                .mapToObj(row -> data.annotations(row).orElseThrow())
                .toList();
    }

    private static List<Instance> instances(DataSet data) {
        return all(data).stream().flatMap(a -> a.instances().stream()).toList();
    }

    @Test
    void shouldFindTwelveObjectsOfCocoAndTheirMasks() {
        Path coco = EXAMPLES.resolve("instance_segmentation/data_dataset_coco");
        Path json = coco.resolve("annotations.json");
        assertThat(CocoFile.read(json).categories()).hasSize(21);
        assertThat(CocoFile.read(json).annotations()).isEqualTo(12);
        try (DataSet data = imported(new CocoSource(CocoSource.Part.of(json, coco), null))) {
            assertThat(data.taxonomy().names())
                    .containsExactly("bottle", "bus", "car", "chair", "person", "sofa");
            List<Instance> objects = instances(data);
            // by pycocotools 2.0.11 from the same polygons
            assertThat(objects)
                    .extracting(i -> i.mask().area())
                    .containsExactly(
                            15448L, 16966L, 815L, 102322L, 15670L, 7124L, 14935L, 11554L, 7399L,
                            44276L, 964L, 13701L);
            assertThat(objects).extracting(Instance::area).startsWith(15689f, 17254f, 873f);
            assertThat(objects.get(0).box()).isEqualTo(new Box(191, 107, 123, 221));
        }
    }

    @Test
    void shouldFindNineBoxesOfVocSomeOfThemFractional() {
        Path voc = EXAMPLES.resolve("bbox_detection/data_dataset_voc");
        try (DataSet data = imported(new VocSource(voc, null, null, null))) {
            List<Instance> objects = instances(data);
            assertThat(objects).hasSize(9);
            assertThat(objects).noneMatch(Instance::difficult);
            assertThat(objects)
                    .extracting(i -> i.box().x())
                    .contains((float) (254.38461538461536 - 1));
        }
    }

    @Test
    void shouldFindTheSameObjectsInPixels() {
        Path voc = EXAMPLES.resolve("instance_segmentation/data_dataset_voc");
        try (DataSet data = imported(new VocSource(voc, null, null, null))) {
            List<Instance> objects = instances(data);
            assertThat(objects)
                    .extracting(i -> i.mask().area())
                    .containsExactly(
                            15662L, 17218L, 873L, 14691L, 11672L, 7463L, 44403L, 991L, 14001L,
                            102450L, 15781L, 7256L);
            int bottle = data.taxonomy().find("bottle").orElseThrow();
            byte[] values = all(data).get(0).mask().values();
            assertThat(count(values, bottle + 1)).isEqualTo(873);
            assertThat(count(values, 255)).isEqualTo(9460);
            assertThat(count(values, 0)).isEqualTo(125787);
        }
    }

    private static long count(byte[] values, int value) {
        long count = 0;
        for (byte one : values) {
            count += (one & 0xff) == value ? 1 : 0;
        }
        return count;
    }
}
