package org.jft.data.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.Manifest;
import org.jft.data.taxonomy.Taxonomy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthDataSetTest {
    @TempDir private Path folder;

    private static SynthOptions options(int images, int leaves, long seed, LabelNoise noise) {
        return new SynthOptions(images, 20, 16, leaves, 0, 0, seed, noise);
    }

    @Test
    void shouldMakeLabelsWrongAsOftenAsAsked() {
        long seed = new Random().nextLong();
        LabelNoise noise = new LabelNoise(0.12, 0.08, 0.3);
        int count = 4000;
        int leaves = 20;
        new SynthDataSet(options(count, leaves, seed, noise)).write(folder, false);
        int[] seen = new int[4]; // right, sibling, other, lost
        try (DataSet data = DataSet.open(folder.resolve("train"))) {
            for (int row = 0; row < count; row++) {
                int truth = data.cleanLabels(row).orElseThrow().ids()[0];
                int[] observed = data.labels(row).ids();
                if (observed.length == 0) {
                    seen[3]++;
                } else if (observed[0] == truth) {
                    seen[0]++;
                } else {
                    seen[sharesShape(data.taxonomy(), truth, observed[0]) ? 1 : 2]++;
                }
            }
        }
        int siblings = new SynthClasses(leaves).siblings(0).length;
        double uniformToSibling = noise.uniform() * siblings / (leaves - 1);
        double[] expected = {
            0.5, noise.sibling() + uniformToSibling, noise.uniform() - uniformToSibling, 0.3
        };
        for (int i = 0; i < 4; i++) {
            double deviation = Math.sqrt(count * expected[i] * (1 - expected[i]));
            assertThat((double) seen[i])
                    .as("seed=%d, kind=%d, seen=%s", seed, i, Arrays.toString(seen))
                    .isBetween(
                            count * expected[i] - 5 * deviation,
                            count * expected[i] + 5 * deviation);
        }
        try (DataSet test = DataSet.open(folder.resolve("test"))) {
            for (int row = 0; row < test.rowCount(); row++) {
                assertThat(test.labels(row).ids())
                        .isEqualTo(test.cleanLabels(row).orElseThrow().ids());
            }
        }
    }

    private static boolean sharesShape(Taxonomy taxonomy, int a, int b) {
        // a leaf lies below a colour (depth 0) and a shape (depth 1)
        return shape(taxonomy, a) == shape(taxonomy, b);
    }

    private static int shape(Taxonomy taxonomy, int leaf) {
        return IntStream.of(taxonomy.parents(leaf))
                .filter(p -> taxonomy.depth(p) == 1)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldLayOutAValidHierarchyForEveryNumberOfClasses() {
        for (int leafCount = 2; leafCount <= SynthClasses.MAX_LEAVES; leafCount++) {
            SynthClasses classes = new SynthClasses(leafCount);
            Taxonomy taxonomy = classes.taxonomy();
            assertThat(classes.leaves()).as("leaves=%d", leafCount).hasSize(leafCount);
            for (int i = 0; i < leafCount; i++) {
                int id = classes.leaves().get(i).id();
                assertThat(taxonomy.hasChildren(id)).as("leaves=%d", leafCount).isFalse();
                assertThat(taxonomy.depth(id)).as("leaves=%d", leafCount).isEqualTo(2);
                for (int sibling : classes.siblings(i)) {
                    int other = classes.leaves().get(sibling).id();
                    assertThat(sharesShape(taxonomy, id, other)).isTrue();
                    assertThat(other).isNotEqualTo(id);
                }
            }
        }
        assertThatThrownBy(() -> new SynthClasses(SynthClasses.MAX_LEAVES + 1))
                .isInstanceOf(ConfigException.class)
                .hasMessage("there are 2 to 384 classes to draw: 385");
    }

    @Test
    void shouldDrawEqualBytesForEqualOptionsWhateverTheNoise() {
        LabelNoise noise = new LabelNoise(0.2, 0.2, 0.2);
        List<Manifest> first = write("a", 7, LabelNoise.NONE);
        assertThat(write("b", 7, LabelNoise.NONE)).isEqualTo(first);
        assertThat(write("c", 8, LabelNoise.NONE)).isNotEqualTo(first);
        write("d", 7, noise);
        try (DataSet clean = DataSet.open(folder.resolve("a/train"));
                DataSet noisy = DataSet.open(folder.resolve("d/train"))) {
            for (int row = 0; row < clean.rowCount(); row++) {
                assertThat(noisy.key(row)).isEqualTo(clean.key(row));
                assertThat(noisy.cleanLabels(row).orElseThrow().ids())
                        .isEqualTo(clean.labels(row).ids());
            }
        }
    }

    private List<Manifest> write(String name, long seed, LabelNoise noise) {
        return new SynthDataSet(options(100, 10, seed, noise)).write(folder.resolve(name), false);
    }

    @Test
    void shouldDrawATailOfRareClassesWhenAsked() {
        SynthOptions tail = new SynthOptions(3000, 1, 8, 10, 0, 1.5, 3, LabelNoise.NONE);
        new SynthDataSet(tail).write(folder, false);
        int[] images = new int[10];
        try (DataSet data = DataSet.open(folder.resolve("train"))) {
            int firstLeaf = data.classCount() - 10;
            for (int row = 0; row < data.rowCount(); row++) {
                images[data.labels(row).ids()[0] - firstLeaf]++;
            }
        }
        double sum = IntStream.rangeClosed(1, 10).mapToDouble(k -> Math.pow(k, -1.5)).sum();
        for (int k = 0; k < 10; k++) {
            double expected = 3000 * Math.pow(k + 1, -1.5) / sum;
            assertThat((double) images[k])
                    .isBetween(
                            expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
        }
    }

    @Test
    void shouldDrawObjectsOfTheRightColour() {
        SynthClasses.Leaf red =
                new SynthClasses.Leaf(0, SynthShape.CIRCLE, SynthColour.RED, SynthTexture.SOLID);
        byte[] pixels = new SynthScene(List.of(red), 32, new SplittableRandom(1)).draw();
        int redder = 0;
        for (int i = 0; i < pixels.length; i += 3) {
            redder += (pixels[i + 2] & 0xff) - (pixels[i] & 0xff) > 60 ? 1 : 0;
        }
        // a circle of radius 0.24 to 0.4 of the side covers 18% to 50% of the image
        assertThat(redder / 1024.0).isBetween(0.15, 0.53);
    }

    @Test
    void shouldRefuseSharesThatDoNotAddUp() {
        assertThatThrownBy(() -> new LabelNoise(0.5, 0.4, 0.2))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sibling=0.5, uniform=0.4, dropped=0.2");
    }
}
