package org.jft.data.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.core.failure.CorruptDataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaxonomyTest {
    private static TaxonomyClass c(int id, String name, Integer... parents) {
        return new TaxonomyClass(id, name, List.of(parents));
    }

    /**
     * Any graph whose edges go from a larger to a smaller position is acyclic; ids are shuffled.
     */
    private static Taxonomy random(Random random, int size) {
        List<Integer> ids = new ArrayList<>(IntStream.range(0, size).boxed().toList());
        Collections.shuffle(ids, random);
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Set<Integer> parents = new HashSet<>();
            for (int k = random.nextInt(3); k > 0 && i > 0; k--) {
                parents.add(ids.get(random.nextInt(i)));
            }
            classes.add(new TaxonomyClass(ids.get(i), "class " + ids.get(i), List.copyOf(parents)));
        }
        return Taxonomy.of(classes);
    }

    /** The oracle: walks up from the class again and again. */
    private static Set<Integer> above(Taxonomy taxonomy, int id) {
        Set<Integer> above = new HashSet<>();
        for (int parent : taxonomy.parents(id)) {
            above.add(parent);
            above.addAll(above(taxonomy, parent));
        }
        return above;
    }

    @Test
    void shouldFindEveryAncestorOfRandomHierarchies() {
        for (int round = 0; round < 50; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            Taxonomy taxonomy = random(random, 1 + random.nextInt(30));
            for (int id = 0; id < taxonomy.size(); id++) {
                String at = "seed=%d, id=%d".formatted(seed, id);
                assertThat(taxonomy.ancestors(id))
                        .as(at)
                        .containsExactly(
                                above(taxonomy, id).stream().mapToInt(a -> a).sorted().toArray());
                int deepest =
                        IntStream.of(taxonomy.parents(id)).map(taxonomy::depth).max().orElse(-1);
                assertThat(taxonomy.depth(id)).as(at).isEqualTo(deepest + 1);
                int self = id;
                boolean isParent =
                        IntStream.range(0, taxonomy.size())
                                .anyMatch(
                                        o ->
                                                IntStream.of(taxonomy.parents(o))
                                                        .anyMatch(p -> p == self));
                assertThat(taxonomy.hasChildren(id)).as(at).isEqualTo(isParent);
                assertThat(taxonomy.descendants(id).stream().toArray())
                        .as(at)
                        .containsExactly(
                                IntStream.range(0, taxonomy.size())
                                        .filter(o -> above(taxonomy, o).contains(self))
                                        .toArray());
            }
        }
    }

    @Test
    void shouldFillUpwardWithTheLargestConfidenceBelow() {
        for (int round = 0; round < 200; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            Taxonomy taxonomy = random(random, 1 + random.nextInt(30));
            int[] ids = random.ints(5, 0, taxonomy.size()).distinct().sorted().toArray();
            float[] confidences = new float[ids.length];
            Map<Integer, Float> expected = new TreeMap<>();
            for (int i = 0; i < ids.length; i++) {
                confidences[i] = random.nextInt(4) == 0 ? 0 : random.nextFloat();
                expected.merge(ids[i], confidences[i], Math::max);
                for (int ancestor : above(taxonomy, ids[i])) {
                    expected.merge(ancestor, confidences[i], Math::max);
                }
            }
            Labels filled = taxonomy.fillUpward(new Labels(ids, confidences));
            Map<Integer, Float> found = new TreeMap<>();
            for (int i = 0; i < filled.size(); i++) {
                found.put(filled.ids()[i], filled.confidences()[i]);
            }
            assertThat(found).as("seed=%d", seed).isEqualTo(expected);
            assertThat(filled.ids()).as("seed=%d", seed).isSorted().doesNotHaveDuplicates();
            Labels twice = taxonomy.fillUpward(filled);
            assertThat(twice.ids()).as("seed=%d", seed).isEqualTo(filled.ids());
            assertThat(twice.confidences()).as("seed=%d", seed).isEqualTo(filled.confidences());
        }
    }

    @Test
    void shouldReadBackWhatItWrote(@TempDir Path folder) throws IOException {
        Taxonomy taxonomy =
                Taxonomy.of(List.of(c(1, "pomme \"d'api\"", 0), c(0, "fruit"), c(2, "ü", 0, 1)));
        Path file = folder.resolve(Taxonomy.FILE_NAME);
        taxonomy.save(file);
        assertThat(Taxonomy.load(file)).isEqualTo(taxonomy);
        assertThat(taxonomy.find("ü")).hasValue(2);
        assertThat(taxonomy.find("u")).isEmpty();
        Files.writeString(file, Files.readString(file).replace("\"id\":2", "\"id\":7"));
        assertThatThrownBy(() -> Taxonomy.load(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("class ids must be 0 to 2");
        Files.writeString(file, "{\"schema_version\": 1,\n \"classes\": [");
        assertThatThrownBy(() -> Taxonomy.load(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("taxonomy.json: line 2");
    }

    @Test
    void shouldSayWhichClassBreaksWhichRule() {
        refuse("two classes", "classes 0 and 1 are both named 'a'", c(0, "a"), c(1, "a"));
        refuse("gap", "the class after 0 is 2 ('b')", c(0, "a"), c(2, "b"));
        refuse("orphan", "class 1 ('b') has the parent 5, which does not", c(0, "a"), c(1, "b", 5));
        refuse("twice", "class 1 ('b') lists a parent twice", c(0, "a"), c(1, "b", 0, 0));
        refuse("blank", "class 0 has an empty name", c(0, " "));
        refuse("itself", "a cycle: 'a' -> 'a'", c(0, "a", 0));
        refuse(
                "cycle",
                "a cycle: 'b' -> 'd' -> 'c' -> 'b'",
                c(0, "a"),
                c(1, "b", 0, 3),
                c(2, "c", 1),
                c(3, "d", 2),
                c(4, "below", 3));
    }

    private static void refuse(String what, String sentence, TaxonomyClass... classes) {
        assertThatThrownBy(() -> Taxonomy.of(List.of(classes)))
                .as(what)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void shouldMeasureNoiseWithAndWithoutUpwardFill() {
        // apple and pear are fruit; hammer is a tool
        Taxonomy taxonomy =
                Taxonomy.of(
                        List.of(
                                c(0, "fruit"),
                                c(1, "tool"),
                                c(2, "apple", 0),
                                c(3, "pear", 0),
                                c(4, "hammer", 1)));
        ClassStatistics.Counter counter = new ClassStatistics.Counter(taxonomy);
        counter.add(labels(2), Optional.of(labels(2))); // right
        counter.add(labels(3), Optional.of(labels(2))); // a sibling: wrong, but fruit is right
        counter.add(labels(), Optional.of(labels(4))); // dropped
        counter.add(labels(2, 4), Optional.empty()); // truth unknown
        ClassStatistics statistics = counter.statistics();
        assertThat(statistics.images()).isEqualTo(4);
        assertThat(statistics.unlabelled()).isEqualTo(1);
        assertThat(statistics.labelsPerImage()).isEqualTo(1.0);
        assertThat(statistics.imagesOfClass()).containsExactly(3, 1, 2, 1, 1);
        assertThat(statistics.observedOfClass()).containsExactly(0, 0, 2, 1, 1);
        assertThat(statistics.classesBelow(2)).isEqualTo(3);
        assertThat(statistics.depth()).isEqualTo(1);
        assertThat(statistics.maxChildren()).isEqualTo(2);
        assertThat(statistics.observedNoise()).isEqualTo(new ClassStatistics.Noise(3, 2, 3, 1));
        assertThat(statistics.filledNoise()).isEqualTo(new ClassStatistics.Noise(3, 4, 6, 3));
        assertThat(statistics.filledNoise().precision()).isEqualTo(0.75);
        assertThat(statistics.filledNoise().recall()).isEqualTo(0.5);
        ClassStatistics.ClassNoise ofClass = statistics.noiseOfClass();
        assertThat(ofClass.precision(0)).isEqualTo(new Proportion(2, 2)); // fruit
        assertThat(ofClass.recall(1)).isEqualTo(new Proportion(0, 1)); // tool
        assertThat(ofClass.recall(2)).isEqualTo(new Proportion(1, 2)); // apple
        assertThat(ofClass.precision(3)).isEqualTo(new Proportion(0, 1)); // pear
        assertThat(ofClass.precision(4)).isEqualTo(new Proportion(0, 0)); // its truth is unknown
    }

    private static Labels labels(int... ids) {
        float[] certain = new float[ids.length];
        Arrays.fill(certain, 1f);
        return new Labels(ids, certain);
    }
}
