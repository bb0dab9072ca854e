package org.jft.data.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassMappingTest {
    /** food > fruit > apple, pear; food > drink; tool. Cider is a drink and a fruit. */
    private static final Taxonomy KITCHEN =
            Taxonomy.of(
                    List.of(
                            new TaxonomyClass(0, "food", List.of()),
                            new TaxonomyClass(1, "fruit", List.of(0)),
                            new TaxonomyClass(2, "apple", List.of(1)),
                            new TaxonomyClass(3, "pear", List.of(1)),
                            new TaxonomyClass(4, "drink", List.of(0)),
                            new TaxonomyClass(5, "tool", List.of()),
                            new TaxonomyClass(6, "cider", List.of(4, 1))));

    @TempDir private Path folder;

    @Test
    void shouldNumberTheListedClassesInTheirOrderAndJoinThemAcrossThoseLeftOut() {
        Taxonomy listed = ClassMapping.of(KITCHEN, List.of("apple", "tool", "food")).taxonomy();
        assertThat(listed.names()).containsExactly("apple", "tool", "food");
        assertThat(listed.parents(0)).containsExactly(2); // apple -> (fruit) -> food
        assertThat(listed.parents(1)).isEmpty();
    }

    @Test
    void shouldCountALabelForTheNearestListedClassesAboveOrDropIt() {
        ClassMapping mapping = ClassMapping.of(KITCHEN, List.of("food", "fruit", "drink"));
        assertThat(mapped(mapping, 3, 0.5f)).isEqualTo("{fruit=0.5}"); // food is not nearest
        assertThat(mapped(mapping, 6, 0.5f)).isEqualTo("{drink=0.5, fruit=0.5}"); // nearest both
        assertThat(mapped(mapping, 0, 0.5f)).isEqualTo("{food=0.5}");
        assertThat(mapped(mapping, 5, 0.5f)).isEqualTo("{}");
    }

    @Test
    void shouldKeepTheLargerConfidenceOfTwoLabelsThatBecomeOne() {
        ClassMapping mapping = ClassMapping.of(KITCHEN, List.of("fruit"));
        Labels labels = new Labels(new int[] {2, 3, 5}, new float[] {0.3f, 0.8f, 0.9f});
        assertThat(text(mapping, mapping.map(labels))).isEqualTo("{fruit=0.8}");
    }

    /** The oracle fills in the whole hierarchy first and then keeps what is listed. */
    @Test
    void shouldFillUpwardToTheListedClassesOfTheWholeHierarchy() {
        for (int round = 0; round < 50; round++) {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            Taxonomy all = random(random, 2 + random.nextInt(25));
            List<String> names = new ArrayList<>(all.names());
            Collections.shuffle(names, random);
            names = names.subList(0, 1 + random.nextInt(names.size()));
            ClassMapping mapping = ClassMapping.of(all, names);
            TreeMap<Integer, Float> drawn = new TreeMap<>();
            for (int k = random.nextInt(5); k > 0; k--) {
                drawn.put(random.nextInt(all.size()), random.nextFloat());
            }
            Labels labels = Labels.of(drawn);
            TreeMap<String, Float> expected = new TreeMap<>();
            Labels filled = all.fillUpward(labels);
            for (int i = 0; i < filled.size(); i++) {
                if (names.contains(all.name(filled.ids()[i]))) {
                    expected.put(all.name(filled.ids()[i]), filled.confidences()[i]);
                }
            }
            assertThat(text(mapping, mapping.taxonomy().fillUpward(mapping.map(labels))))
                    .as("seed=%d", seed)
                    .isEqualTo(expected.toString());
        }
    }

    @Test
    void shouldReadAListWithBlankLinesAndLettersOfAnyAlphabet() throws IOException {
        Taxonomy flat = Taxonomy.flat(List.of("\u00e4pfel", "\u68a8", "nut"));
        Path file = Files.writeString(folder.resolve("list.txt"), "\n \u68a8 \r\n\n\u00e4pfel");
        assertThat(ClassMapping.load(flat, file).taxonomy().names())
                .containsExactly("\u68a8", "\u00e4pfel");
    }

    @Test
    void shouldNameTheFileAndWhatIsWrongInIt() throws IOException {
        assertRefused(
                "fruit\naple\n", "'aple' is no class of the data set; the nearest is 'apple'");
        assertRefused("fruit\nfruit\n", "lists 'fruit' twice");
        assertRefused("\n\n", "lists no class");
        Path none = folder.resolve("none.txt");
        assertThatThrownBy(() -> ClassMapping.load(KITCHEN, none))
                .hasMessage(none + ": no such list of classes");
        Path binary = Files.write(folder.resolve("x"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> ClassMapping.load(KITCHEN, binary))
                .hasMessage(binary + ": not UTF-8 text");
    }

    private void assertRefused(String text, String sentence) throws IOException {
        Path file = Files.writeString(folder.resolve("list.txt"), text);
        assertThatThrownBy(() -> ClassMapping.load(KITCHEN, file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ": " + sentence);
    }

    private static String mapped(ClassMapping mapping, int id, float confidence) {
        return text(mapping, mapping.map(new Labels(new int[] {id}, new float[] {confidence})));
    }

    /** Names and confidences; ids must ascend. */
    private static String text(ClassMapping mapping, Labels labels) {
        assertThat(labels.ids()).isSorted().doesNotHaveDuplicates();
        TreeMap<String, Float> byName = new TreeMap<>();
        for (int i = 0; i < labels.size(); i++) {
            byName.put(mapping.taxonomy().name(labels.ids()[i]), labels.confidences()[i]);
        }
        return byName.toString();
    }

    private static Taxonomy random(Random random, int size) {
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int id = 0; id < size; id++) {
            int limit = id;
            List<Integer> parents =
                    IntStream.range(0, id == 0 ? 0 : random.nextInt(3))
                            .mapToObj(k -> random.nextInt(limit))
                            .distinct()
                            .toList();
            classes.add(new TaxonomyClass(id, "class " + id, parents));
        }
        return Taxonomy.of(classes);
    }
}
